"""Contents as git compares, filters and checks them out: trees, changes, patches, files of the work tree."""
