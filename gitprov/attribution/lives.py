"""The lives of lines: from the commit that adds a line of a trace to the one that removes it.

The history is given commit by commit, parents first. For each file the claims on its lines are kept as
segments; a hunk shortens or ends them, a merge takes those of all its parents.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gitprov.model.ranges import Hunk, LineSet, added_lines

_NONE = LineSet()


class Birth(NamedTuple):
    """A claim: `lines` lines from `first` (1-based) in `path` of the commit, with their trace, its model and
    their class.
    """

    oid: str
    path: str
    first: int
    lines: int
    cls: str
    trace: str
    at: int
    model: str | None = None


class Segment(NamedTuple):
    """`size` lines from the 0-based line `start` of a file: those of the claim `birth` from its line
    `offset` (0-based) on.
    """

    start: int
    size: int
    birth: int
    offset: int


class Death(NamedTuple):
    """Lines of a claim that the commit `killer` removed from `path` at the moment `at`."""

    birth: int
    offset: int
    size: int
    at: int
    killer: str
    path: str


Segments = list[Segment]


class FileStep(NamedTuple):
    """How a commit changes a file against one parent; `path` None: the file is removed."""

    old_path: str
    path: str | None
    hunks: tuple[Hunk, ...]


class HistoryStep(NamedTuple):
    """A commit, with the changes against each of its parents (none for a root)."""

    oid: str
    at: int
    changes: tuple[tuple[FileStep, ...], ...]


def advance(segments: Iterable[Segment], hunks: Sequence[Hunk]) -> tuple[Segments, Segments]:
    """The segments that outlive some hunks, at their new lines, and the parts that the hunks remove."""
    alive: Segments = []
    dead: Segments = []
    at, shift = 0, 0
    for segment in segments:
        start, end = segment.start, segment.start + segment.size
        while at < len(hunks) and hunks[at].old_end <= start:
            shift = hunks[at].new_end - hunks[at].old_end
            at += 1
        n, moved = at, shift
        while n < len(hunks) and hunks[n].old_start < end:
            hunk = hunks[n]
            if hunk.old_start > start:
                alive.append(_part(segment, start, hunk.old_start, moved))
            if hunk.old_count:
                dead.append(_part(segment, max(start, hunk.old_start), min(end, hunk.old_end), 0))
            start = max(start, hunk.old_end)
            moved = hunk.new_end - hunk.old_end
            n += 1
        if start < end:
            alive.append(_part(segment, start, end, moved))
    return alive, dead


def _part(segment: Segment, start: int, end: int, shift: int) -> Segment:
    """The lines of a segment from `start` up to before `end`, moved by `shift` lines."""
    return Segment(start + shift, end - start, segment.birth, segment.offset + start - segment.start)


class Lives:
    """The claims of a history and the removals of their lines."""

    def __init__(self) -> None:
        self.births: list[Birth] = []
        self.deaths: list[Death] = []

    def follow(
        self, step: HistoryStep, parents: Sequence[Mapping[str, Segments]], claims: Iterable[Birth]
    ) -> dict[str, Segments]:
        """The files that a commit changes against its first parent → their segments; none for a file that is
        removed or has no claim.

        `parents` are the states of its parents, in order; `claims` the claims of the commit, disjoint, of
        which the lines count that are new against every parent.
        """
        changed: dict[str, Segments] = {}
        for number, (changes, state) in enumerate(zip(step.changes, parents, strict=True)):
            for change in changes:
                alive, dead = advance(state.get(change.old_path, ()), change.hunks)
                self._bury(dead, step, change)
                if not number:
                    changed.setdefault(change.old_path, [])
                    if change.path is not None:
                        changed[change.path] = alive
                elif change.path in changed:
                    changed[change.path] = united(changed[change.path], alive)
            if number:
                _take_unchanged(changes, state, changed)
        self._bear(step, claims, changed)
        return changed

    def _bear(self, step: HistoryStep, claims: Iterable[Birth], changed: dict[str, Segments]) -> None:
        by_path: dict[str, list[Birth]] = {}
        for claim in claims:
            by_path.setdefault(claim.path, []).append(claim)
        fresh = [_fresh(changes, by_path) for changes in step.changes]
        for path, rows in by_path.items():
            lines = fresh[0].get(path, _NONE)
            for others in fresh[1:]:
                lines &= others.get(path, _NONE)
            segments = [self._born(claim) for claim in _cut(rows, lines)]
            if segments:
                changed[path] = united(changed.get(path, []), segments)

    def _born(self, claim: Birth) -> Segment:
        self.births.append(claim)
        return Segment(claim.first - 1, claim.lines, len(self.births) - 1, 0)

    def _bury(self, dead: Segments, step: HistoryStep, change: FileStep) -> None:
        self.deaths += [
            Death(part.birth, part.offset, part.size, step.at, step.oid, change.path or change.old_path)
            for part in dead
        ]


def _fresh(changes: Iterable[FileStep], paths: Collection[str]) -> dict[str, LineSet]:
    """Path → the lines that changes of some paths add, 1-based."""
    return {
        change.path: added_lines(change.hunks)
        for change in changes
        if change.path is not None and change.path in paths
    }


def _cut(claims: Sequence[Birth], lines: LineSet) -> Iterator[Birth]:
    """The parts of disjoint claims on one file that are in `lines`, ascending."""
    runs, at = lines.runs, 0
    for claim in sorted(claims, key=lambda claim: claim.first):
        end = claim.first + claim.lines - 1
        while at < len(runs) and runs[at][1] < claim.first:
            at += 1
        n = at
        while n < len(runs) and runs[n][0] <= end:
            first, last = max(runs[n][0], claim.first), min(runs[n][1], end)
            yield claim._replace(first=first, lines=last - first + 1)
            n += 1


def _take_unchanged(
    changes: Iterable[FileStep], state: Mapping[str, Segments], changed: dict[str, Segments]
) -> None:
    """Take the claims of the files that a merge has exactly as another parent has them."""
    touched = {path for change in changes for path in (change.path, change.old_path)}
    for path, segments in changed.items():
        if path not in touched and path in state:
            changed[path] = united(segments, state[path])


def united(segments: Segments, others: Segments) -> Segments:
    """Segments of both, ascending; a line that both have is of the first."""
    if not others or not segments:
        return segments or others
    taken = sorted((segment.start, segment.start + segment.size) for segment in segments)
    out = list(segments)
    at = 0
    for segment in sorted(others):
        start, stop = segment.start, segment.start + segment.size
        while at < len(taken) and taken[at][1] <= start:
            at += 1
        n = at
        while n < len(taken) and taken[n][0] < stop:
            if taken[n][0] > start:
                out.append(_part(segment, start, taken[n][0], 0))
            start = max(start, taken[n][1])
            n += 1
        if start < stop:
            out.append(_part(segment, start, stop, 0))
    return sorted(out)


def removed(lives: Lives, alive: Iterable[Segment]) -> list[Death]:
    """The lines of each claim that are not among the living, with their first removal.

    Lines that disappeared without a hunk, as in a merge that takes neither side, are left out.
    """
    living: dict[int, list[tuple[int, int]]] = {}
    for segment in alive:
        living.setdefault(segment.birth, []).append((segment.offset, segment.offset + segment.size))
    by_birth: dict[int, list[Death]] = {}
    for death in lives.deaths:
        by_birth.setdefault(death.birth, []).append(death)
    return [
        death
        for birth in sorted(by_birth)
        for death in _first_removals(by_birth[birth], living.get(birth, ()))
    ]


def _first_removals(deaths: list[Death], living: Iterable[tuple[int, int]]) -> list[Death]:
    """Runs of lines that are dead, each with the earliest of its removals."""
    lines: dict[int, Death] = {}
    for death in sorted(deaths, key=lambda death: (-death.at, death.killer)):
        lines.update(dict.fromkeys(range(death.offset, death.offset + death.size), death))
    for first, last in living:
        for line in range(first, last):
            lines.pop(line, None)
    out: list[Death] = []
    for line in sorted(lines):
        death = lines[line]
        if out and out[-1].offset + out[-1].size == line and out[-1].killer == death.killer:
            out[-1] = out[-1]._replace(size=out[-1].size + 1)
        else:
            out.append(death._replace(offset=line, size=1))
    return out
