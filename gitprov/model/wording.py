"""Words of messages that depend on a number."""

from __future__ import annotations


def amount(number: int, noun: str) -> str:
    """A number and its noun, which takes an s unless the number is 1."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
