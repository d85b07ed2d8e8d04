"""The outcome of a commit for one file: the sources of its lines, and the fate of their raw output."""

from bisect import bisect_right
from collections.abc import Collection, Iterable

from gitprov.attribution.diff import hunks
from gitprov.attribution.recall import develop, from_past, produced, reach, remembered
from gitprov.attribution.state import NOBODY, Folded, Layout, Origin, Part
from gitprov.model.lines import split_lines
from gitprov.model.named import NamedTuple
from gitprov.model.notes.rows import LineRow
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import Hunk, LineSet

NO_LINES = LineSet()
Sides = tuple[set[int], set[int]]
"""Lines of a source (0-based): unchanged ones, and reworded ones."""
NONE: Sides = (set(), set())


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
    `bounded` is the reason that the row itself has.
    """

    row: LineRow
    cls: str
    size: int = 0
    gone: int = 0
    bounded: str | None = None


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
    changed, texts = list(added), split_lines(staged)
    look = _Look(folded, before)
    committed = look.committed(staged, view)
    outside = _outside(look, committed, view, shelved)
    lines = _lines(committed, texts, changed, folded.people)
    removed = {n for hunk in changed for n in range(hunk.old_start, hunk.old_end)}
    tallies = _tallies(folded, committed, outside, texts, removed, marks)
    return Outcome(lines, tallies, min(committed.layout.limits, default=None))


class _Seen(NamedTuple):
    """The origins of a content's lines, and their layout facts."""

    origins: list[Origin]
    layout: Layout


class _Look:
    """The origins of lines of contents; each content is computed once."""

    def __init__(self, folded: Folded, before: Folded | None) -> None:
        self.folded = folded
        self._before = before
        self._seen: dict[bytes, _Seen] = {}

    def at(self, content: bytes) -> _Seen:
        """The origins of a content's lines."""
        if content not in self._seen:
            state = reach(self.folded.copy(), content)
            self._seen[content] = _Seen(self._as_before(content, state.origins), state.layout)
        return self._seen[content]

    def committed(self, staged: bytes, view: bytes | None) -> _Seen:
        """The origins of the committed lines: as of the moment when the file was so, if it ever was.

        Else lines in the index only have past origins: they were staged while the file had them. A line that
        the work tree has too has the origin that it has there: as a whole, that content may be a stash's.
        """
        past = remembered(self.folded, staged)
        if past is not None:
            return _Seen(self._as_before(staged, list(past.origins)), self.folded.layout)
        seen = self.at(staged)
        alone = () if view is None else produced(view, staged)
        state = self.folded._replace(content=staged, origins=seen.origins, layout=seen.layout)
        origins = from_past(state, alone).origins
        if view is not None and NOBODY in origins:
            origins = _shared(origins, self.at(view).origins, hunks(view, staged))
        return _Seen(origins, seen.layout)

    def _as_before(self, content: bytes, origins: list[Origin]) -> list[Origin]:
        """Origins, with those from before the steps for NOBODY lines."""
        if self._before is None:
            return origins
        gone = {origin[:2] for origin in (*origins, *self.folded.superseded)}
        straight = develop(self._before.copy(), content).origins
        return [
            old if now == NOBODY and old[:2] not in gone else now
            for now, old in zip(origins, straight, strict=True)
        ]


class _Outside(NamedTuple):
    """Source → its (unchanged, reworded) lines in work tree and stashes, None where the work tree cannot be
    seen; and the sources whose work was stashed: what they removed is removed there, not in this commit.
    """

    in_tree: dict[int, Sides] | None
    waiting: Collection[int] = ()


def _shared(origins: list[Origin], tree: list[Origin], changed: list[Hunk]) -> list[Origin]:
    """The origins of the index's lines; a NOBODY line outside `changed` has the origin of the work tree's
    line, unless another line has it. `changed`: from the work tree to the index.
    """
    taken, shared, at, old = set(origins), list(origins), 0, 0
    for hunk in [*changed, Hunk(len(tree), 0, len(origins), 0)]:
        for k, n in enumerate(range(at, hunk.new_start)):
            if origins[n] == NOBODY and tree[old + k] not in taken:
                shared[n] = tree[old + k]
        at, old = hunk.new_end, hunk.old_end
    return shared


def _outside(look: _Look, committed: _Seen, view: bytes | None, shelved: Iterable[bytes]) -> _Outside:
    """What is outside the commit. If no source has lines in the commit or the work tree, sources without
    remaining lines were stashed too.
    """
    aside = [look.at(content) for content in shelved]
    tree = [] if view is None else [look.at(view)]
    in_tree = _by_source(*tree, *aside) if tree and not committed.layout.limits else None
    if not aside:
        return _Outside(in_tree)
    present = _by_source(committed, *tree)
    waiting = _by_source(*aside).keys() - present.keys()
    if waiting and not present:
        replaced = _replaced(look.folded)
        created = look.folded.created.items()
        waiting |= {source for source, lines in created if lines <= replaced.get(source, NONE)[0]}
    return _Outside(in_tree, waiting)


def _reformatted(seen: _Seen, lines: list[bytes]) -> dict[int, set[int]]:
    """Source → its lines (0-based) whose layout changed."""
    places: dict[int, list[tuple[int, int]]] = {}
    for n, (source, line, edited) in enumerate(seen.origins[: len(lines)]):
        if not edited and source in seen.layout.raw:
            places.setdefault(source, []).append((line, n))
    changed_lines: dict[int, set[int]] = {}
    texts = _PartTexts()
    for source, pairs in places.items():
        parts = seen.layout.raw[source]
        starts = [part.first for part in parts]
        for line, n in sorted(pairs):
            at = bisect_right(starts, line) - 1
            text = texts.line(parts[at], line) if at >= 0 else None
            if text is not None and _is_reformatted(text, lines[n]):
                changed_lines.setdefault(source, set()).add(line)
    for line_of_source in (origin[:2] for origin in seen.origins):
        if line_of_source in seen.layout.joined:
            for source, line in seen.layout.present([line_of_source]):
                changed_lines.setdefault(source, set()).add(line)
    return changed_lines


class _PartTexts:
    """The lines of parts. The last split is kept: all claims of an amended commit are lines of one text."""

    def __init__(self) -> None:
        self._text = b""
        self._lines = [b""]

    def line(self, part: Part, line: int) -> bytes | None:
        """The text of a line (0-based, of the whole content) without its newline; None after the part."""
        if part.text is not self._text:
            self._text, self._lines = part.text, part.text.split(b"\n")
        return self._lines[line - part.first] if line - part.first < len(self._lines) else None


def _is_reformatted(old: bytes, new: bytes) -> bool:
    """Whether a line that is not blank has another text, apart from its line end."""
    bare = new.rstrip(b"\r\n")
    return old.rstrip(b"\r") != bare and bool(bare.strip())


def _lines(
    committed: _Seen, lines: list[bytes], changed: list[Hunk], people: set[int]
) -> dict[int, dict[str, LineSet]]:
    """Source → class → the added lines (1-based) that are its own."""
    origins = slide(committed.origins, lines, changed)
    fresh = [n for hunk in changed for n in range(hunk.new_start, hunk.new_end) if n < len(origins)]
    by_source: dict[int, dict[str, list[int]]] = {}
    for n in fresh:
        source, _, edited = origins[n]
        if source >= 0:
            cls = "human" if source in people else "edited" if edited else "ai"
            by_source.setdefault(source, {}).setdefault(cls, []).append(n + 1)
    return {
        source: {cls: LineSet(numbers) for cls, numbers in by_class.items()}
        for source, by_class in by_source.items()
    }


def _by_source(*contents: _Seen) -> dict[int, Sides]:
    """Source → its unchanged lines (0-based) and its reworded ones in some contents.

    A line joined to another is present where that one is. A line of which a part changed counts as reworded.
    """
    sides_of: dict[int, Sides] = {}
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


def _replaced(folded: Folded) -> dict[int, Sides]:
    return _by_source(_Seen(list(folded.superseded), Layout({}, {}, set(), set())))


def _tallies(
    folded: Folded,
    committed: _Seen,
    outside: _Outside,
    lines: list[bytes],
    removed: set[int],
    marks: dict[int, Spent],
) -> dict[int, Tally]:
    """Source → what became of its lines. `removed`: lines (0-based) of the parent that the commit removes."""
    in_commit, replaced, changed = _by_source(committed), _replaced(folded), _reformatted(committed, lines)
    in_tree = outside.in_tree
    return {
        source: _tally(
            created,
            replaced.get(source, NONE)[0],
            in_commit.get(source, NONE),
            None if in_tree is None else in_tree.get(source, NONE),
            0 if source in outside.waiting else len(folded.deleted.get(source, set()) & removed),
            marks.get(source, Spent()),
            changed.get(source, set()),
        )
        for source, created in folded.created.items()
    }


def _tally(
    created: set[int],
    replaced: set[int],
    committed: Sides,
    in_tree: Sides | None,
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
