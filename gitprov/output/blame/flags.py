"""Flags of git blame that select the columns beside each line."""

from __future__ import annotations

from gitprov.model.named import NamedTuple


class Flags(NamedTuple):
    """Values of the display flags -s -l -e -f -n -b --abbrev of git blame."""

    suppress: bool = False
    long: bool = False
    email: bool = False
    name: bool = False
    number: bool = False
    blank_boundary: bool = False
    abbrev: int = 8
