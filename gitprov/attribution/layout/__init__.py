"""Texts as tokens, so that another layout of the same code is no change of it."""
