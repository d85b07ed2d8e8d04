"""What git does to history, and what has to be known of every line afterwards (docs/survival.md)."""
