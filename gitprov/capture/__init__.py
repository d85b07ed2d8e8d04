"""What agents say about their edits, read into values. Pure."""
