"""Carrying: which lines of one version of a file are in another, by git's own diff of the two.

A line outside all hunks is carried. A line inside a hunk is carried only if nothing but its layout or its
place changed. Any other line is not carried.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from gitprov.attribution.layout.language import PLAIN, Language
from gitprov.model.ranges import Hunk, LineSet, added_lines

Contents = Callable[[], "tuple[list[bytes], list[bytes]]"]
"""Returns the old and the new side's lines; called only if they are needed."""

_END = 1 << 60
#: A formatter that removes no line inserts at most so many in one place: they are blank.
_BLANKS = 3


class LineRun(NamedTuple):
    """`size` lines that are in both versions, from line `new` and from line `old` on; 1-based."""

    new: int
    old: int
    size: int


def kept(
    lines: LineSet, hunks: Sequence[Hunk], contents: Contents, language: Language = PLAIN
) -> list[LineRun]:
    """The runs of `lines` (of the new side) that are in the old side too.

    `hunks` are ascending, as in a diff. New lines are not in the result.
    """
    runs = _outside(lines, hunks)
    changed = any(hunk.old_count for hunk in hunks)
    compared = [hunk for hunk in hunks if hunk.new_count and (changed or hunk.new_count <= _BLANKS)]
    if lines & added_lines(compared):
        from gitprov.attribution.matching.reword import matches

        old, new = contents()
        hits = matches(old, new, hunks, (), language)
        inside = added_lines(hunks)
        runs += [
            LineRun(n + 1, hit.old + 1, 1)
            for n, hit in hits.items()
            if not hit.edited and not hit.partly and n + 1 in inside and n + 1 in lines
        ]
    return runs


class LineMap:
    """Maps lines of the old side to the new one, by the runs of lines that are in both."""

    __slots__ = ("_ends", "_runs")

    def __init__(self, runs: Iterable[LineRun]) -> None:
        self._runs = sorted(runs, key=lambda run: run.old)
        # The last old line of a run or of any before it: it ascends, though runs may overlap.
        self._ends = list(accumulate((run.old + run.size - 1 for run in self._runs), max))

    def moved(self, lines: LineSet) -> LineSet:
        """Lines of the old side as lines of the new one. Time: runs of `lines`, each with a bisection."""
        spans: list[tuple[int, int]] = []
        for first, last in lines.runs:
            at = bisect_left(self._ends, first)
            while at < len(self._runs) and self._runs[at].old <= last:
                run = self._runs[at]
                low, high = max(first, run.old), min(last, run.old + run.size - 1)
                if low <= high:
                    spans.append((low + run.new - run.old, high + run.new - run.old))
                at += 1
        return LineSet.of_runs(spans)


def split(runs: Iterable[LineRun], lines: LineSet) -> tuple[list[LineRun], list[LineRun]]:
    """The runs in two parts: those from `lines` of the old side, and the rest."""
    inside: list[LineRun] = []
    rest: list[LineRun] = []
    for run in runs:
        whole = LineSet.of_runs([(run.old, run.old + run.size - 1)])
        for target, part in ((inside, whole & lines), (rest, whole - lines)):
            target += [LineRun(a + run.new - run.old, a, b - a + 1) for a, b in part.runs]
    return inside, rest


def without(runs: Iterable[LineRun], lines: LineSet) -> list[LineRun]:
    """Runs without `lines` of the new side."""
    remaining: list[LineRun] = []
    for run in runs:
        whole = LineSet.of_runs([(run.new, run.new + run.size - 1)])
        remaining += [LineRun(a, a + run.old - run.new, b - a + 1) for a, b in (whole - lines).runs]
    return remaining


def news(runs: Iterable[LineRun]) -> LineSet:
    """The new side's lines of some runs."""
    return LineSet.of_runs((run.new, run.new + run.size - 1) for run in runs)


def olds(runs: Iterable[LineRun]) -> LineSet:
    """The old side's lines of some runs."""
    return LineSet.of_runs((run.old, run.old + run.size - 1) for run in runs)


def _outside(lines: LineSet, hunks: Sequence[Hunk]) -> list[LineRun]:
    runs: list[LineRun] = []
    start, offset = 0, 0
    bounds: list[tuple[int, int, int]] = []
    for hunk in hunks:
        bounds.append((start, hunk.new_start, offset))
        start, offset = hunk.new_end, hunk.old_end - hunk.new_end
    bounds.append((start, _END, offset))
    at = 0
    for first, last in lines.runs:
        while at < len(bounds) - 1 and bounds[at][1] < first:
            at += 1
        upto = at
        while upto < len(bounds) and bounds[upto][0] < last:
            low, high = max(first - 1, bounds[upto][0]), min(last, bounds[upto][1])
            if low < high:
                runs.append(LineRun(low + 1, low + 1 + bounds[upto][2], high - low))
            upto += 1
    return runs
