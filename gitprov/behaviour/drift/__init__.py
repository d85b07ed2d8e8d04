"""Divergence from what was pinned, and the search for the version that moved it."""
