"""Behaviour of generated code: what can be determined from values and texts alone."""
