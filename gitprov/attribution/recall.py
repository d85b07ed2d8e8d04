"""Changes that nobody reported: lines that stay, and lines that come back from a remembered content.

The fold remembers contents of a file with the origins that their lines had then: its own last contents, and
those that git keeps beside the file, as in a stash. A content that returns as a whole has its origins again
(`remembered`). Else one rule holds (`_lines_back`): a line of NOBODY gets the origin back that it had, by
git's own diff, if no line of the file has that origin now. Text from a stash is evidence only under the
conditions of `_evident`, as people may type the same; a line that a commit dropped, only between the same
neighbours (`gone_for_good`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from gitprov.attribution.diff import hunks
from gitprov.attribution.state import NOBODY, UNKNOWN, Folded, Layout, Origin, Remembered
from gitprov.model.lines import is_trivial, split_lines, with_neighbours
from gitprov.model.ranges import Hunk, LineSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.attribution.sides import Match

#: So many past contents are kept to recognize one that comes back; memory grows with them.
_PAST = 16


def remember(state: Folded) -> Folded:
    """Add the present content to `past`: the last `_PAST` ones, and the last one that equals `watched`."""
    old, past = state.past[: 1 - _PAST], state.past[1 - _PAST :]
    staged = [version for version in old if version.content == state.watched][-1:]
    return state._replace(past=(*staged, *past, Remembered(state.content, tuple(state.origins))))


def remembered(state: Folded, content: bytes) -> Remembered | None:
    """The last time that the fold had exactly this content; None if it never had, or long ago."""
    return next((version for version in reversed(state.past) if version.content == content), None)


def put_aside(state: Folded, content: bytes) -> Folded:
    """Add a content that git now keeps beside the file, as in a stash, with its lines' present origins.

    A content that the file has had has its origins of then: it was staged, and the file was changed since.
    """
    origins = (back_at(state.copy(), content) or reach(state.copy(), content)).origins
    return state._replace(asides=(*state.asides, Remembered(content, tuple(origins))))


def restore(state: Folded, content: bytes) -> Folded:
    """Apply a content that git has just written into the file: lines that come back get their former origins.

    A line that a model replaced and git restored does not count as replaced any more.
    """
    if state.first is None:
        state = state._replace(first=tuple(state.origins))
    came = produced(state.content, content)
    return remember(_unreplaced(from_past(back_at(state, content) or reach(state, content), came)))


def back_at(state: Folded, content: bytes) -> Folded | None:
    """The state with a content that the fold has had before; None if it never had."""
    version = remembered(state, content)
    if version is None:
        return None
    return _unreplaced(state._replace(content=content, origins=list(version.origins)))


def reach(state: Folded, content: bytes) -> Folded:
    """`develop`, but lines may also come from stashed contents, with the origins that they had there."""
    came = produced(state.content, content) if state.asides else ()
    state = develop(state, content)
    for aside in reversed(state.asides if came else ()):
        state = _with_origins(state, _evident(state, aside, _lines_back(state, aside, came)))
    return _unreplaced(state) if came else state


def from_past(state: Folded, numbers: Collection[int]) -> Folded:
    """The state with NOBODY lines in `numbers` (0-based) labelled as in the last contents that have them."""
    for version in reversed(state.past if numbers else ()):
        state = _with_origins(state, _lines_back(state, version, numbers))
    return state


def _with_origins(state: Folded, back: Mapping[int, Origin]) -> Folded:
    """The state with the origins in `back` for their lines."""
    return state._replace(origins=[back.get(n, origin) for n, origin in enumerate(state.origins)])


def _lines_back(state: Folded, version: Remembered, numbers: Iterable[int]) -> dict[int, Origin]:
    """Line → its origin in `version`, for NOBODY lines in `numbers` that it has by git's own diff."""
    nobodys = [n for n in numbers if state.origins[n] == NOBODY]
    if not nobodys:
        return {}
    was = develop(
        state._replace(content=version.content, origins=list(version.origins)), state.content
    ).origins
    taken, known_origins = set(state.origins), set(version.origins)
    return {n: was[n] for n in nobodys if was[n][0] >= 0 and was[n] in known_origins and was[n] not in taken}


def _evident(state: Folded, aside: Remembered, origins_of: dict[int, Origin]) -> dict[int, Origin]:
    """The lines that came back from a stashed content. The same text alone is no evidence for that.

    Evidence is two telling lines, if at most half of the lines that could come back are missing, or a line
    with both its neighbours.
    """
    if not origins_of:
        return origins_of
    old, new = (
        with_neighbours([line.strip() for line in split_lines(content)])
        for content in (aside.content, state.content)
    )
    away = {label for label in aside.origins if label[0] >= 0}.difference(state.origins)
    telling = [n for n in origins_of if not is_trivial(new[n][1])]
    if len(telling) > 1 and len(set(origins_of.values())) * 2 >= len(away):
        return origins_of
    place = {origin: n for n, origin in enumerate(aside.origins)}
    return {n: origin for n, origin in origins_of.items() if old[place[origin]] == new[n]}


def forget(state: Folded, before: set[Origin], since: set[Origin]) -> Folded:
    """Remove from older stashed contents the origins that left the file `before` a step, or with it."""
    asides = []
    for aside in state.asides:
        gone = since if aside.fresh else before | since
        origins = tuple(NOBODY if origin in gone else origin for origin in aside.origins)
        asides.append(Remembered(aside.content, origins, fresh=False))
    return state._replace(asides=tuple(asides))


def gone_for_good(dropped: LineSet, after: bytes, content: bytes) -> LineSet:
    """The lines of `dropped` (1-based, of an event's `after`) that did not come back in `content`.

    A commit reported these lines as dropped: the developer dropped them once. Such a line is the model's
    again only with the same lines directly above and below.
    """
    if not dropped:
        return dropped
    triples = set(with_neighbours(split_lines(content)))
    around = with_neighbours(split_lines(after))
    return LineSet(n for n in dropped if n > len(around) or around[n - 1] not in triples)


def _unreplaced(state: Folded) -> Folded:
    state.superseded.difference_update([(*origin[:2], False) for origin in state.origins])
    return state


def develop(state: Folded, content: bytes, author: int = UNKNOWN) -> Folded:
    """Apply a change that no model made: unchanged lines keep their origin, reworded ones become `edited`.

    New lines belong to `author`: a human event's index, or UNKNOWN.
    """
    if state.content == content:
        return state
    from gitprov.attribution.matching.reword import matches, too_large

    changed = hunks(state.content, content)
    old_lines, new_lines = split_lines(state.content), split_lines(content)
    origins = state.origins
    unchanged = _unchanged(state, content, changed)
    hits: dict[int, Match] = {}
    olds = list(origins)
    reach = (
        range(max(0, changed[0].old_start - 1), min(len(olds), changed[-1].old_end + 1)) if changed else ()
    )
    foreign = {o for o in reach if not _is_model(state, olds[o])}
    if author >= 0 or any(
        olds[o][0] != UNKNOWN
        for hunk in changed
        for o in range(max(0, hunk.old_start - 1), min(len(olds), hunk.old_end + 1))
    ):
        hits = matches(old_lines, new_lines, changed, foreign, state.language, unchanged)
    inside: set[int] = set()
    for hunk in reversed(changed):
        fresh = _developed(state, hunk, olds, author, unchanged, hits)
        origins[hunk.old_start : hunk.old_end] = fresh
        inside.update(range(hunk.new_start, hunk.new_end))
    why = too_large(old_lines, new_lines, changed)
    if why is not None and len(inside - hits.keys() - unchanged.keys()):
        state.layout.limits.add(why)
    _note_layout(state.layout, olds, origins, hits)
    return state._replace(content=content, origins=origins)


def _note_layout(
    layout: Layout, olds: list[Origin], origins: list[Origin], hits: Mapping[int, Match]
) -> None:
    """Record in `layout` which lines were joined, and which were changed in part."""
    for n, hit in hits.items():
        line = origins[n][:2]
        if not hit.also and not hit.partly and line == olds[hit.old][:2]:
            continue
        # A line outside all hunks keeps its origin, whatever was joined to it.
        more = {olds[o][:2] for o in (hit.old, *hit.also) if olds[o][0] >= 0} - {line}
        if more and line != NOBODY[:2] and (not hit.edited or line == olds[hit.old][:2]):
            layout.joined[line] = layout.joined.get(line, frozenset()) | more
        layout.partly.update(olds[o][:2] for o in hit.partly if olds[o][0] >= 0)


def _unchanged(state: Folded, content: bytes, changed: list[Hunk]) -> dict[int, Origin]:
    """Origins of the hunks' new lines that are in the base too: a model's change of them was undone."""
    if state.first is None or not any(hunk.new_count for hunk in changed):
        return {}
    origins_of: dict[int, Origin] = {}
    since = [Hunk(0, 0, 0, 0), *hunks(state.base, content)]
    lines, base = split_lines(content), split_lines(state.base)
    at = 0
    for n in (n for hunk in changed for n in range(hunk.new_start, hunk.new_end)):
        while at + 1 < len(since) and since[at + 1].new_start <= n:
            at += 1
        if n >= since[at].new_end:
            o = n - since[at].new_end + since[at].old_end
            if not is_trivial(lines[n]) or _goes_with(lines, n, base, o):
                origins_of[n] = state.first[o]
    return origins_of


def _goes_with(lines: list[bytes], n: int, base: list[bytes], o: int) -> bool:
    """Whether a bracket or blank line is beside the same words as in the base: a diff may pair any two."""
    for step in (-1, 1):
        k = step
        while 0 <= o + k < len(base) and 0 <= n + k < len(lines) and base[o + k] == lines[n + k]:
            if not is_trivial(lines[n + k]):
                return True
            k += step
    return False


def _developed(
    state: Folded,
    hunk: Hunk,
    olds: list[Origin],
    author: int,
    unchanged: dict[int, Origin],
    hits: Mapping[int, Match],
) -> list[Origin]:
    """Origins of one hunk's new lines. A model's reworded line is `edited`, a person's is a new line."""
    lines = range(hunk.new_start, hunk.new_end)
    fresh = [unchanged.get(n, (author, n, False) if author >= 0 else NOBODY) for n in lines]
    for k, n in enumerate(lines):
        hit = hits.get(n)
        if hit is not None and n not in unchanged:
            source, line, edited = olds[hit.old]
            if not hit.edited or _is_model(state, olds[hit.old]):
                fresh[k] = (source, line, edited or hit.edited)
    return fresh


def _is_model(state: Folded, origin: Origin) -> bool:
    return origin[0] >= 0 and origin[0] not in state.people


def produced(before: bytes, after: bytes) -> list[int]:
    """The lines (0-based, of `after`) that an edit wrote, such as a generation's raw lines."""
    return [n for hunk in hunks(before, after) for n in range(hunk.new_start, hunk.new_end)]
