"""Formats of other tools, attestations and disclosures."""
