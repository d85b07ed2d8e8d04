"""Carries claims with their lines from one commit to another: rewritten, picked, squashed, reset."""
