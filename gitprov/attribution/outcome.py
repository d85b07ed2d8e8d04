"""The outcome of a commit for one file: which lines are whose, and what became of the raw output."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from gitprov.attribution.fold import NOBODY, Folded, Origin, develop, from_past, produced, reach, slide
from gitprov.model.hunk import Hunk
from gitprov.model.lines import split_lines
from gitprov.model.ranges import LineSet

NO_LINES = LineSet()
NONE: tuple[set[int], set[int]] = (set(), set())


class Marks(NamedTuple):
    """What earlier commits took of one source: lines of its `after`, 1-based."""

    spent: LineSet = NO_LINES
    dropped: LineSet = NO_LINES


class Tally(NamedTuple):
    """What became of a source's lines (1-based, of its `after`) that no earlier commit held.

    `gone` counts base lines that the source removed and the commit lacks. `replaced` are lines that a later edit of a
    model replaced: no later line may count as an edit of them, though the later edit's record may be gone by then.
    """

    kept: LineSet
    edited: LineSet
    dropped: LineSet
    pending: LineSet
    gone: int
    finished: bool
    replaced: LineSet = NO_LINES


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
    shelved: Iterable[bytes] = (),
    before: Folded | None = None,
) -> Outcome:
    """Settle a fold against the content that is committed.

    `added` are the hunks by which the commit differs from its first parent (or the lines new to all parents).
    `view` is the work tree's content, None where it cannot be seen: then nothing counts as dropped yet. `shelved` are
    versions of the file that were put aside: what stands in one of them is not dropped either. `before` is the state
    before the steps, where these may tell of another version of the file (a stash, another branch): a line that is
    nobody's after them is what it was before, unless a model replaced it.
    """
    own = list(added)
    if folded.held is not None and folded.watched == staged:
        origins = _as_before(folded, staged, before, list(folded.held))
    else:
        origins = _staged_before(folded, staged, view, _origins(folded, staged, before))
    placed = slide(origins, split_lines(staged), own)
    aside = [origin for content in shelved for origin in _origins(folded, content, before)]
    seen = None if view is None else _origins(folded, view, before)
    fresh = [n for hunk in own for n in range(hunk.new_start, hunk.new_end) if n < len(placed)]
    removed = {n for hunk in own for n in range(hunk.old_start, hunk.old_end)}
    here, there = _by_source(origins), None if seen is None else _by_source((*seen, *aside))
    waiting = _waiting(folded, _by_source(aside), _by_source((*origins, *(seen or ()))))
    replaced = _by_source(folded.superseded)
    tallies = {
        source: _tally(
            created,
            replaced.get(source, NONE)[0],
            here.get(source, NONE),
            None if there is None else there.get(source, NONE),
            0 if source in waiting else len(folded.deleted.get(source, set()) & removed),
            marks.get(source, Marks()),
        )
        for source, created in folded.created.items()
    }
    return Outcome(_lines(placed, fresh, folded.people), tallies)


def _waiting(folded: Folded, aside: Collection[int], present: Collection[int]) -> set[int]:
    """Sources whose work was put aside: what they took away stands there, not in this commit.

    Where no source's lines are in the commit or the work tree, one that has no lines (left) was put aside with the rest.
    """
    waiting = {source for source in aside if source not in present}
    if waiting and not present:
        replaced = _by_source(folded.superseded)
        waiting |= {one for one, lines in folded.created.items() if lines <= replaced.get(one, NONE)[0]}
    return waiting


def _origins(folded: Folded, content: bytes, before: Folded | None) -> list[Origin]:
    """Whose each line of a content is."""
    return _as_before(folded, content, before, reach(folded.copy(), content).origins)


def _as_before(folded: Folded, content: bytes, before: Folded | None, origins: list[Origin]) -> list[Origin]:
    """Origins, with those that nobody's lines had before the steps."""
    if before is None:
        return origins
    gone = {origin[:2] for origin in (*origins, *folded.superseded)}
    straight = develop(before.copy(), content).origins
    return [
        old if now == NOBODY and old[:2] not in gone else now
        for now, old in zip(origins, straight, strict=True)
    ]


def _staged_before(folded: Folded, staged: bytes, view: bytes | None, origins: list[Origin]) -> list[Origin]:
    """Origins, with those of lines that the index has and the file has not: they were staged when the file had them."""
    alone = () if view is None else produced(view, staged)
    return from_past(folded._replace(content=staged, origins=origins), alone).origins


def _lines(origins: list[Origin], fresh: list[int], people: set[int]) -> dict[int, dict[str, LineSet]]:
    found: dict[int, dict[str, list[int]]] = {}
    for n in fresh:
        source, _, edited = origins[n]
        if source >= 0:
            cls = "human" if source in people else "edited" if edited else "ai"
            found.setdefault(source, {}).setdefault(cls, []).append(n + 1)
    return {source: {cls: LineSet(lines) for cls, lines in own.items()} for source, own in found.items()}


def _by_source(origins: Iterable[Origin]) -> dict[int, tuple[set[int], set[int]]]:
    """Source → its lines (0-based) that stand unchanged, and those that were reworded."""
    found: dict[int, tuple[set[int], set[int]]] = {}
    for source, line, edited in origins:
        if source >= 0:
            found.setdefault(source, (set(), set()))[edited].add(line)
    return found


def _tally(
    created: set[int],
    replaced: set[int],
    here: tuple[set[int], set[int]],
    there: tuple[set[int], set[int]] | None,
    gone: int,
    marks: Marks,
) -> Tally:
    """`replaced`: lines that a later edit replaced; `here` and `there`: what commit and work tree hold."""
    replaced = replaced.difference(*here, *(there or ()))
    mine = {line for line in created - replaced if line + 1 not in marks.spent}
    kept, edited = here[0] & mine, (here[1] - here[0]) & mine
    rest = mine - kept - edited
    pending = rest if there is None else (there[0] | there[1]) & rest
    return Tally(
        kept=_one_based(kept),
        edited=_one_based(edited),
        dropped=_one_based({line for line in rest - pending if line + 1 not in marks.dropped}),
        pending=_one_based(pending),
        gone=gone,
        finished=not rest,
        replaced=_one_based(replaced & created),
    )


def _one_based(lines: set[int]) -> LineSet:
    return LineSet(line + 1 for line in lines)
