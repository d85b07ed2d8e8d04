"""Installing into a repository, and taking everything out again."""
