"""Reads the text of shell commands: what they write, move and remove, where the text proves it. Pure."""
