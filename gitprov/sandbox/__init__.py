"""Runs programs that nobody has read yet: without network, with few files, within limits."""
