"""Definitions of Python files, read with the standard library's parser."""
