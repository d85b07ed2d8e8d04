"""Sweeps of transcripts, and what hooks report of the same sessions."""
