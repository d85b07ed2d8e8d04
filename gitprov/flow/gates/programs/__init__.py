"""Programs and processes that the gates start, and what they answer."""
