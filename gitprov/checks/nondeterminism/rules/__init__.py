"""The rules: ids, severities, messages, fixes, and an example of each side."""
