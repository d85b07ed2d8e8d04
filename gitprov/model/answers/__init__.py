"""The answers of commands as values: blame, log, show, status and heal."""
