"""What programs import: record a generation, name its files, name its prompt."""
