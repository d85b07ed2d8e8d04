"""Command lines: parsing, printing, exit codes."""
