"""The outcome of a commit for one file: which lines are whose, and what became of the raw output."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gitprov.attribution.fold import Folded, Origin, develop, slide
from gitprov.model.hunk import Hunk
from gitprov.model.lines import split_lines
from gitprov.model.ranges import LineSet

NO_LINES = LineSet()


class Marks(NamedTuple):
    """What earlier commits took of one source: lines of its `after`, 1-based."""

    spent: LineSet = NO_LINES
    dropped: LineSet = NO_LINES


class Tally(NamedTuple):
    """What became of a source's lines (1-based, of its `after`) that no earlier commit held.

    `gone` counts base lines that the source removed and the commit lacks.
    """

    kept: LineSet
    edited: LineSet
    dropped: LineSet
    pending: LineSet
    gone: int
    finished: bool


class Outcome(NamedTuple):
    """`lines`: source → class → lines of the committed file (1-based). `tallies`: source → what became of it."""

    lines: dict[int, dict[str, LineSet]]
    tallies: dict[int, Tally]


def outcome(
    folded: Folded,
    staged: bytes,
    added: Iterable[Hunk],
    view: bytes | None,
    marks: dict[int, Marks],
) -> Outcome:
    """Settle a fold against the content that is committed.

    `added` are the hunks by which the commit differs from its first parent (or the lines new to all parents).
    `view` is the work tree's content, None where it cannot be seen: then nothing counts as dropped yet.
    """
    hunks = list(added)
    origins = _unspent(develop(folded.copy(), staged).origins, marks)
    placed = slide(origins, split_lines(staged), hunks)
    seen = None if view is None else develop(folded.copy(), view).origins
    fresh = [n for hunk in hunks for n in range(hunk.new_start, hunk.new_end) if n < len(placed)]
    removed = {n for hunk in hunks for n in range(hunk.old_start, hunk.old_end)}
    return Outcome(
        _lines(placed, fresh, folded.people),
        {source: _tally(folded, source, origins, seen, removed, marks) for source in folded.created},
    )


def _unspent(origins: list[Origin], marks: dict[int, Marks]) -> list[Origin]:
    """A spent line in the content is an older commit's, or a person who typed it again: not this evidence's."""
    return [
        (-2, 0, False)
        if source >= 0 and source in marks and line + 1 in marks[source].spent
        else (source, line, edited)
        for source, line, edited in origins
    ]


def _lines(origins: list[Origin], fresh: list[int], people: set[int]) -> dict[int, dict[str, LineSet]]:
    found: dict[int, dict[str, list[int]]] = {}
    for n in fresh:
        source, _, edited = origins[n]
        if source >= 0:
            cls = "human" if source in people else "edited" if edited else "ai"
            found.setdefault(source, {}).setdefault(cls, []).append(n + 1)
    return {source: {cls: LineSet(lines) for cls, lines in own.items()} for source, own in found.items()}


def _tally(
    folded: Folded,
    source: int,
    origins: list[Origin],
    seen: list[Origin] | None,
    removed: set[int],
    marks: dict[int, Marks],
) -> Tally:
    spent, reported = marks.get(source, Marks())
    superseded = {line for owner, line, _ in folded.superseded if owner == source}
    mine = {line for line in folded.created[source] if line not in superseded and line + 1 not in spent}
    edited = {line for owner, line, changed in origins if owner == source and changed} & mine
    kept = {line for owner, line, changed in origins if owner == source and not changed} & mine
    rest = mine - kept - edited
    visible = rest if seen is None else {line for owner, line, _ in seen if owner == source} & rest
    dropped = {line for line in rest - visible if line + 1 not in reported}
    return Tally(
        kept=_one_based(kept),
        edited=_one_based(edited - kept),
        dropped=_one_based(dropped),
        pending=_one_based(visible),
        gone=len(folded.deleted.get(source, set()) & removed),
        finished=not rest,
    )


def _one_based(lines: set[int]) -> LineSet:
    return LineSet(line + 1 for line in lines)
