"""What code recognizes in Python files: flow inside functions, calls, endpoints, logs, credentials."""
