"""Databases: caches of what other places answered. Safe to delete."""
