"""Checks of recorded provenance: of a commit's note, and of the refs that keep notes and generations."""
