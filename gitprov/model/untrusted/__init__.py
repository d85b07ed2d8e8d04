"""Safe reading and printing of data from others: JSON, rows, patterns, text."""
