"""Reads recorded provenance: blame, log, show, status."""
