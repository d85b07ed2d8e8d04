"""Arithmetic on lines: which model or person, if any is recorded, produced each line. Pure."""
