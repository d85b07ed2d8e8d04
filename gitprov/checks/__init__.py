"""Judgements on values: secrets, gates, findings. Pure."""
