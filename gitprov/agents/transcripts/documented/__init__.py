"""Readers of transcripts whose format is known from documentation and other tools' fixtures only. Pure."""
