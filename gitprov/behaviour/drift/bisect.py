"""The search for the version that moved a behaviour: versions are numbered from the oldest, 0."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, log2
from typing import NamedTuple


class VersionSearch(NamedTuple):
    """A state of the search. The version `good` does not diverge, `bad` does; both were measured."""

    good: int
    bad: int

    @property
    def ended(self) -> bool:
        """Whether `bad` is the first that diverges."""
        return self.bad - self.good <= 1

    @property
    def middle(self) -> int:
        """The version that is measured next."""
        return (self.good + self.bad) // 2

    def after(self, diverges: bool) -> VersionSearch:
        """The state after the middle was measured."""
        return VersionSearch(self.good, self.middle) if diverges else VersionSearch(self.middle, self.bad)


def steps(versions: int) -> int:
    """How many versions are measured at most, the oldest and the newest included."""
    return versions if versions <= 2 else 2 + ceil(log2(versions - 1))


def begun(verdicts: Mapping[int, bool], versions: int) -> VersionSearch | None:
    """The narrowest state that earlier verdicts (version → diverges) allow; None before both ends are
    measured, and where the oldest diverges or the newest does not.
    """
    newest = versions - 1
    if versions < 2 or verdicts.get(0) is not False or verdicts.get(newest) is not True:
        return None
    search = VersionSearch(0, newest)
    while not search.ended and search.middle in verdicts:
        search = search.after(verdicts[search.middle])
    return search
