"""Arithmetic on lines: which model, person or nobody known produced each line. Pure."""
