"""A hunk: a place where two versions of a file differ."""

from collections.abc import Iterable

from gitprov.model.named import NamedTuple
from gitprov.model.ranges import LineSet


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


def added_lines(hunks: Iterable[Hunk]) -> LineSet:
    """The new lines of hunks, 1-based."""
    return LineSet.of_runs((hunk.new_start + 1, hunk.new_end) for hunk in hunks if hunk.new_count)
