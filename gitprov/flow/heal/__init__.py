"""Rebuilds notes that commits lack, from what git and the clone still keep."""
