"""Verifies, reviews and forgets what is recorded."""
