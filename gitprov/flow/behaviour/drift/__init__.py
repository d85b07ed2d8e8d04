"""Drift of generated code: samples, their comparison with the pin, the search, its cost."""
