"""What a case does, observed in a fixed environment."""
