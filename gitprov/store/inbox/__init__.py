"""Evidence that no commit contains yet, one inbox per work tree, private to the clone."""
