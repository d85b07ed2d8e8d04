"""Git blame's own flags for what is shown beside each line."""

from __future__ import annotations

from typing import NamedTuple


class Flags(NamedTuple):
    """What git blame's own display flags ask for: -s -l -e -f -n -b --abbrev."""

    suppress: bool = False
    long: bool = False
    email: bool = False
    name: bool = False
    number: bool = False
    blank_boundary: bool = False
    abbrev: int = 8
