"""Whether two functions do the same."""
