"""Insecure patterns in code: rules that are data, and flow inside Python functions."""
