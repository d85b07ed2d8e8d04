"""Programs and processes that the gates start, what they answer, and how long judging a file may take."""
