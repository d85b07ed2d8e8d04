"""`gitprov doctor`."""

from __future__ import annotations


def command() -> None:
    """Say what is wrong and how to mend it."""
