"""Commands that exchange provenance with other tools."""
