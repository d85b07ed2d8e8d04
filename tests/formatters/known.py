"""Pairs of which the arithmetic does not say that all is the model's, each with the reason."""

from __future__ import annotations

#: Recording → snippet → the reason.
KNOWN: dict[str, dict[str, str]] = {}
