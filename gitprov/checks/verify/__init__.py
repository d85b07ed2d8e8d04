"""Checks of recorded provenance: of commits' notes, and of stored generations and sidecars."""
