"""Provenance exchanged with other tools: notes read and written, attestations, disclosures."""
