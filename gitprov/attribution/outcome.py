"""The outcome of a commit for one file: the sources of its lines, and the fate of their raw output."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from gitprov.attribution.fold import NOBODY, Folded, Origin, develop, from_past, produced, reach
from gitprov.attribution.sides import runs
from gitprov.attribution.state import Layout, Part
from gitprov.model.hunk import Hunk
from gitprov.model.lines import split_lines
from gitprov.model.ranges import LineSet
from gitprov.model.rows import LineRow
from gitprov.model.spent import Spent

NO_LINES = LineSet()
NONE: tuple[set[int], set[int]] = (set(), set())


class Tally(NamedTuple):
    """The fate of a source's lines (1-based, of its `after`) that no earlier commit held.

    `gone` counts base lines that the source removed and the commit lacks. `replaced` are lines that a later
    edit of a model replaced: no later line counts as an edit of them, even if the record of that edit is
    gone. `reformatted` are the kept lines with another layout: written, broken or joined differently.
    """

    kept: LineSet
    edited: LineSet
    dropped: LineSet
    pending: LineSet
    gone: int
    finished: bool
    replaced: LineSet = NO_LINES
    reformatted: LineSet = NO_LINES


class AmendedClaim(NamedTuple):
    """A claim of the amended commit, used in the fold as a source of its own.

    `size` counts the lines it had, `gone` those that its trace removed from the file (counted once per row).
    """

    row: LineRow
    cls: str
    size: int = 0
    gone: int = 0


class Outcome(NamedTuple):
    """`lines`: source → class → lines of the committed file (1-based). `tallies`: source → its tally.

    `bounded` is the reason if some of the file's lines were not compared: their origin is NOBODY, and no line
    counts as dropped.
    """

    lines: dict[int, dict[str, LineSet]]
    tallies: dict[int, Tally]
    bounded: str | None = None


def outcome(
    folded: Folded,
    staged: bytes,
    added: Iterable[Hunk],
    view: bytes | None,
    marks: dict[int, Spent],
    shelved: Iterable[bytes] = (),
    before: Folded | None = None,
) -> Outcome:
    """The outcome of a fold for the committed content.

    `added` are the hunks by which the commit differs from its first parent (or the lines new to all parents).
    `view` is the work tree's content, None if it is not available: then no line counts as dropped yet.
    `shelved` are stashed versions of the file: lines in them do not count as dropped either. `before` is the
    state before the steps, given if these may be of another version of the file (a stash, another branch): a
    NOBODY line keeps its origin in it, unless a model replaced that.
    """
    hunks_here = list(added)
    look = _Look(folded, before)
    if folded.held is not None and folded.watched == staged:
        main = _Seen(look.as_before(staged, list(folded.held)), folded.layout)
    else:
        main = _staged_before(folded, staged, view, look.at(staged))
    placed = slide(main.origins, split_lines(staged), hunks_here)
    fresh = [n for hunk in hunks_here for n in range(hunk.new_start, hunk.new_end) if n < len(placed)]
    removed = {n for hunk in hunks_here for n in range(hunk.old_start, hunk.old_end)}
    committed = _by_source(main)
    bounded = next(iter(sorted(main.layout.limits)), None)
    aside = [look.at(content) for content in shelved]
    in_tree, waiting = _outside(folded, main, committed, None if view is None else look.at(view), aside)
    replaced = _replaced(folded)
    changed = _reformatted(main, split_lines(staged))
    tallies = {
        source: _tally(
            created,
            replaced.get(source, NONE)[0],
            committed.get(source, NONE),
            None if in_tree is None else in_tree.get(source, NONE),
            0 if source in waiting else len(folded.deleted.get(source, set()) & removed),
            marks.get(source, Spent()),
            changed.get(source, set()),
        )
        for source, created in folded.created.items()
    }
    return Outcome(_lines(placed, fresh, folded.people), tallies, bounded)


def _waiting(folded: Folded, aside: Collection[int], present: Collection[int]) -> set[int]:
    """The sources whose work was stashed: what they removed is removed there, not in this commit.

    If no source has lines in the commit or the work tree, sources without remaining lines were stashed too.
    """
    waiting = {source for source in aside if source not in present}
    if waiting and not present:
        replaced = _replaced(folded)
        waiting |= {one for one, lines in folded.created.items() if lines <= replaced.get(one, NONE)[0]}
    return waiting


class _Seen(NamedTuple):
    """The origins of a content's lines, and their layout facts."""

    origins: list[Origin]
    layout: Layout


class _Look:
    """The origins of lines of contents; each content is computed once."""

    def __init__(self, folded: Folded, before: Folded | None) -> None:
        self._folded = folded
        self._before = before
        self._seen: dict[bytes, _Seen] = {}

    def at(self, content: bytes) -> _Seen:
        """The origins of a content's lines."""
        if content not in self._seen:
            state = reach(self._folded.copy(), content)
            self._seen[content] = _Seen(self.as_before(content, state.origins), state.layout)
        return self._seen[content]

    def as_before(self, content: bytes, origins: list[Origin]) -> list[Origin]:
        """Origins, with those from before the steps for NOBODY lines."""
        if self._before is None:
            return origins
        gone = {origin[:2] for origin in (*origins, *self._folded.superseded)}
        straight = develop(self._before.copy(), content).origins
        return [
            old if now == NOBODY and old[:2] not in gone else now
            for now, old in zip(origins, straight, strict=True)
        ]


def _staged_before(folded: Folded, staged: bytes, view: bytes | None, seen: _Seen) -> _Seen:
    """Origins, with past ones for lines in the index only: they were staged while the file had them."""
    alone = () if view is None else produced(view, staged)
    state = from_past(folded._replace(content=staged, origins=seen.origins, layout=seen.layout), alone)
    return _Seen(state.origins, seen.layout)


def _outside(
    folded: Folded,
    main: _Seen,
    committed: dict[int, tuple[set[int], set[int]]],
    seen: _Seen | None,
    aside: list[_Seen],
) -> tuple[dict[int, tuple[set[int], set[int]]] | None, Collection[int]]:
    """What work tree (`seen`) and versions put aside hold of each source, None where the work tree cannot be
    seen; and the sources that wait in one of these versions.
    """
    in_tree = None
    if seen is not None and not main.layout.limits:
        in_tree = committed if seen is main and not aside else _by_source(seen, *aside)
    if not aside:
        return in_tree, ()
    present = {*committed, *_by_source(*filter(None, (seen,)))}
    return in_tree, _waiting(folded, _by_source(*aside), present)


def _reformatted(seen: _Seen, lines: list[bytes]) -> dict[int, set[int]]:
    """Source → its lines (0-based) whose layout changed."""
    places: dict[int, list[tuple[int, int]]] = {}
    for n, (source, line, edited) in enumerate(seen.origins[: len(lines)]):
        if not edited and source in seen.layout.raw:
            places.setdefault(source, []).append((line, n))
    changed_lines: dict[int, set[int]] = {}
    # One source at a time, up to its last line in use: each source is a whole file.
    for source, pairs in places.items():
        raw = _texts(seen.layout.raw[source], max(pairs)[0] + 1)
        other = {line for line, n in pairs if line in raw and _is_reformatted(raw[line], lines[n])}
        if other:
            changed_lines[source] = other
    for line_of_source in (origin[:2] for origin in seen.origins):
        if line_of_source in seen.layout.joined:
            for source, line in seen.layout.present([line_of_source]):
                changed_lines.setdefault(source, set()).add(line)
    return changed_lines


def _texts(parts: Iterable[Part], end: int) -> dict[int, bytes]:
    """Number → text of the lines in some parts, up to but not including line `end`; no newlines."""
    return {
        n: text
        for part in parts
        for n, text in enumerate(part.text.split(b"\n", max(end - part.first, 0)), part.first)
        if n < end
    }


def _is_reformatted(old: bytes, new: bytes) -> bool:
    """Whether a line that is not blank has another text, apart from its line end."""
    bare = new.rstrip(b"\r\n")
    return old.rstrip(b"\r") != bare and bool(bare.strip())


def _lines(origins: list[Origin], fresh: list[int], people: set[int]) -> dict[int, dict[str, LineSet]]:
    by_source: dict[int, dict[str, list[int]]] = {}
    for n in fresh:
        source, _, edited = origins[n]
        if source >= 0:
            cls = "human" if source in people else "edited" if edited else "ai"
            by_source.setdefault(source, {}).setdefault(cls, []).append(n + 1)
    return {
        source: {
            cls: LineSet.of_runs((first, end - 1) for first, end in runs(lines))
            for cls, lines in by_class.items()
        }
        for source, by_class in by_source.items()
    }


def _by_source(*contents: _Seen) -> dict[int, tuple[set[int], set[int]]]:
    """Source → its unchanged lines (0-based) and its reworded ones in some contents.

    A line joined to another is present where that one is. A line of which a part changed counts as reworded.
    """
    sides_of: dict[int, tuple[set[int], set[int]]] = {}
    for origins, layout in contents:
        for source, line, edited in origins:
            if source >= 0:
                partly = edited or (source, line) in layout.partly
                sides_of.setdefault(source, (set(), set()))[partly].add(line)
        joined = (
            layout.present(one[:2] for one in origins if one[:2] in layout.joined) if layout.joined else ()
        )
        for source, line in joined:
            sides = sides_of.setdefault(source, (set(), set()))
            if line not in sides[1]:
                sides[(source, line) in layout.partly].add(line)
    return sides_of


def _replaced(folded: Folded) -> dict[int, tuple[set[int], set[int]]]:
    return _by_source(_Seen(list(folded.superseded), Layout({}, {}, set(), set())))


def _tally(
    created: set[int],
    replaced: set[int],
    committed: tuple[set[int], set[int]],
    in_tree: tuple[set[int], set[int]] | None,
    gone: int,
    marks: Spent,
    changed: set[int],
) -> Tally:
    """`replaced`: lines that a later edit replaced; `committed` and `in_tree`: (unchanged, reworded) lines in
    the commit and in the work tree; `changed`: lines whose layout changed. All 0-based.
    """
    replaced = replaced.difference(*committed, *(in_tree or ()))
    countable = {line for line in created - replaced if line + 1 not in marks.lines}
    kept, edited = committed[0] & countable, (committed[1] - committed[0]) & countable
    rest = countable - kept - edited
    pending = rest if in_tree is None else (in_tree[0] | in_tree[1]) & rest
    return Tally(
        kept=_one_based(kept),
        edited=_one_based(edited),
        dropped=_one_based({line for line in rest - pending if line + 1 not in marks.dropped}),
        pending=_one_based(pending),
        gone=gone,
        finished=not rest,
        replaced=_one_based(replaced & created),
        reformatted=_one_based(kept & changed),
    )


_NO_LINES = LineSet()


def _one_based(lines: set[int]) -> LineSet:
    return LineSet(line + 1 for line in lines) if lines else _NO_LINES


def slide(origins: list[Origin], lines: list[bytes], changed: Iterable[Hunk]) -> list[Origin]:
    """Origins at the places of the commit's own diff.

    An inserted run that repeats its surroundings has several places with the same result. Where the fold and
    the commit's diff differ, the origin moves to the same text inside the commit's run.
    """
    out = list(origins)
    runs = [hunk for hunk in changed if hunk.new_count]
    fresh = {n for hunk in runs for n in range(hunk.new_start, hunk.new_end)}
    for hunk in runs:
        if not hunk.old_count:
            reach = _reach(lines, hunk, fresh)
            if len(reach) == hunk.new_count:
                continue  # it can stand nowhere else
            for n in range(hunk.new_start, hunk.new_end):
                first = reach.start + (n - reach.start) % hunk.new_count
                alike = range(first, reach.stop, hunk.new_count)
                places = [(abs(k - n), k) for k in alike if out[k][0] >= 0]
                if out[n][0] < 0 and places:
                    other = min(places)[1]
                    out[n], out[other] = out[other], out[n]
    return out


def _reach(lines: list[bytes], hunk: Hunk, fresh: set[int]) -> range:
    """The lines over which an inserted run can slide without changing the content."""
    first, end, size = hunk.new_start, hunk.new_end, hunk.new_count
    while first > 0 and first - 1 not in fresh and lines[first - 1] == lines[first - 1 + size]:
        first -= 1
    while end < len(lines) and end not in fresh and lines[end] == lines[end - size]:
        end += 1
    return range(first, end)
