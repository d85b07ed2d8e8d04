"""Evidence that no commit holds yet, one inbox for each work tree, private to the clone."""
