"""Insecure patterns in code."""
