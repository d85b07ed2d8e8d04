"""The front door: parsing, printing, exit codes."""
