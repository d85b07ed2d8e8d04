"""Checks of values: secrets in text, reasons to refuse a commit, findings in notes. Pure."""
