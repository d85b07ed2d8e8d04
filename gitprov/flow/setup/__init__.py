"""Installing into a repository, and uninstalling everything again."""
