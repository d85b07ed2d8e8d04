"""File contents as git compares, filters and checks them out: trees, diffs, patches, work tree files."""
