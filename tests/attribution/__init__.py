"""The arithmetic on lines, proved by laws, by git and by an independent model."""
