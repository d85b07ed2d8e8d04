"""What others wrote, read or shown so that it can do no harm: JSON, rows, patterns, text."""
