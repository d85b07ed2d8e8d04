"""Behaviour: pure functions over values, axes and samples."""
