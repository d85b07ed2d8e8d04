"""Evidence: from the inbox's events to the lines of each file that they account for."""
