"""The check of dependencies: which packages a file names, and what their registries' facts mean."""
