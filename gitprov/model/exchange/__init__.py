"""Values that leave a repository: rows of the index and of other tools' notes."""
