"""A commit: its plan, its message and gate, and the note that is written once it exists."""
