"""A hunk: a place where two versions of a file differ."""

from __future__ import annotations

from typing import NamedTuple


class Hunk(NamedTuple):
    """A replaced run: `old_count` lines from `old_start` became `new_count` lines from `new_start`.

    Starts are 0-based; an empty side lies before the line at its start.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    @property
    def old_end(self) -> int:
        """One past the last old line."""
        return self.old_start + self.old_count

    @property
    def new_end(self) -> int:
        """One past the last new line."""
        return self.new_start + self.new_count
