"""Baselines of behaviour, and the versions of what models wrote."""
