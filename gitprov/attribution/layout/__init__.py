"""Texts as tokens, so that a change of layout is not a change of code."""
