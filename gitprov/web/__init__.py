"""Pages about a repository, as files and by a local server."""
