"""The fold: from a base content and the edits that agents and people reported, to who produced each line.

Lines are labelled by *origin*, a triple (source, line, edited): source is the index of the event that produced
the line, or BASE / UNKNOWN; line is its 0-based number in that event's `after` (in the base for BASE); edited
says that somebody reworded it since. Classes are read off only at the end, so nothing is decided too early.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.reword import match
from gitprov.model.hunk import Hunk
from gitprov.model.lines import count_lines, is_trivial, split_lines, with_neighbours

BASE = -1
UNKNOWN = -2

Origin = tuple[int, int, bool]

NOBODY: Origin = (UNKNOWN, 0, False)


#: Contents that are kept to recognise one that comes back; memory grows with them.
_PAST = 16


_CONFLICT = (b"<<<<<<< ", b"\n=======\n", b">>>>>>> ")


class Step(NamedTuple):
    """One reported edit: `source` is its index, `human` tells a person's from a model's."""

    source: int
    before: bytes
    after: bytes
    human: bool


class Aside(NamedTuple):
    """A content that git keeps beside the file, as a stash does, and whose each line was when it was put there.

    `fresh`: no step came since. What leaves the file later than that is not given back.
    """

    content: bytes
    origins: tuple[Origin, ...]
    fresh: bool = True


class Folded(NamedTuple):
    """Content after the last step, an origin per line, and what models took away.

    `deleted`: source → base lines (0-based) it removed. `superseded`: origins that a later model edit replaced;
    they were the model's own to drop. `people`: the sources that are persons. `created`: source → lines
    (0-based, of its `after`) that it put there.

    `held`: the origins that content `watched` had when the fold last came by it. What is staged in the middle of a
    session was replaced in the file since, and is labelled by what was known of it then.
    `base` and `first`: content and origins before the first step. `spent`: source → its lines (1-based) that commits
    hold already. Such a line in the content is an older commit's, or a person typed it again: it is nobody's here.

    `past` are the last contents that the fold came by, with their origins: an undo, or a checkout from the index, brings
    one back whole. `asides` are contents that were put aside on the way, the oldest first.
    """

    content: bytes
    origins: list[Origin]
    deleted: dict[int, set[int]]
    superseded: set[Origin]
    people: set[int]
    created: dict[int, set[int]]
    watched: bytes | None = None
    held: tuple[Origin, ...] | None = None
    base: bytes = b""
    first: tuple[Origin, ...] | None = None
    spent: Mapping[int, Iterable[int]] = MappingProxyType({})
    past: tuple[tuple[bytes, tuple[Origin, ...]], ...] = ()
    asides: tuple[Aside, ...] = ()

    def copy(self) -> Folded:
        """A state whose origins can be developed without touching these."""
        return self._replace(origins=list(self.origins), superseded=set(self.superseded))


def begin(
    base: bytes, watched: bytes | None = None, spent: Mapping[int, Iterable[int]] = MappingProxyType({})
) -> Folded:
    """The state before any step: every line is the base's own. `watched` is the content that will be committed."""
    return Folded(
        base,
        [(BASE, n, False) for n in range(count_lines(base))],
        {},
        set(),
        set(),
        {},
        watched,
        None,
        base,
        None,
        spent,
    )


def fold(state: Folded, steps: Iterable[Step]) -> Folded:
    """Apply steps in order; each costs at most two diffs. `state` is consumed."""
    if state.first is None:
        state = state._replace(first=tuple(state.origins))
    for step in steps:
        was = set(state.origins) if state.asides else set()
        if state.content != step.before:
            state = _looked_at(_back_at(state, step.before) or _remembered(reach(state, step.before)))
        now = set(state.origins) if state.asides else set()
        state = _type(state, step) if step.human else _generate(state, step)
        state = _remembered(_looked_at(_without_spent(state, step.source)))
        if state.asides:
            state = _left(state, was - now, now.difference(state.origins))
    return state


def put_aside(state: Folded, content: bytes) -> Folded:
    """Git keeps this content beside the file from now on; its lines are whose they are now."""
    origins = reach(state.copy(), content).origins
    return state._replace(asides=(*state.asides, Aside(content, tuple(origins))))


def restore(state: Folded, content: bytes) -> Folded:
    """Git has just written this content into the file: lines that it brings back are whose they were then.

    What a model replaced and git brought back is not replaced any more.
    """
    if state.first is None:
        state = state._replace(first=tuple(state.origins))
    came = produced(state.content, content)
    state = from_past(_back_at(state, content) or reach(state, content), came)
    return _remembered(_looked_at(_unreplaced(state)))


def reach(state: Folded, content: bytes) -> Folded:
    """`develop`, where lines may also have come from what git put aside: a line that did is whose it was there."""
    came = produced(state.content, content) if state.asides else ()
    state = develop(state, content)
    for aside in reversed(state.asides if came else ()):
        state = _given(state, _came_back(state, aside, _recalled(state, aside, came)))
    return _unreplaced(state) if came else state


def from_past(state: Folded, wanted: Collection[int]) -> Folded:
    """The state with those of the `wanted` lines that are nobody's labelled as in the last contents that have them."""
    for content, origins in reversed(state.past if wanted else ()):
        state = _given(state, _recalled(state, Aside(content, origins), wanted))
    return state


def _given(state: Folded, back: Mapping[int, Origin]) -> Folded:
    """The state with other origins for some lines."""
    return state._replace(origins=[back.get(n, origin) for n, origin in enumerate(state.origins)])


def _recalled(state: Folded, known: Aside, wanted: Iterable[int]) -> dict[int, Origin]:
    """Those of the `wanted` lines that are nobody's and that a known content has, by git's own diff, with their origins."""
    nobodys = [n for n in wanted if state.origins[n] == NOBODY]
    if not nobodys:
        return {}
    was = develop(state._replace(content=known.content, origins=list(known.origins)), state.content).origins
    taken, own = set(state.origins), set(known.origins)
    return {n: was[n] for n in nobodys if was[n][0] >= 0 and was[n] in own and was[n] not in taken}


def _came_back(state: Folded, aside: Aside, found: dict[int, Origin]) -> dict[int, Origin]:
    """Which of the lines are there because what was put aside came back: a line of the same text is no evidence of that.

    Two telling lines are, if no more than half of what could come back is missing; so is a line with both its neighbours.
    """
    if not found:
        return found
    old, new = (
        with_neighbours([line.strip() for line in split_lines(content)])
        for content in (aside.content, state.content)
    )
    away = {one for one in aside.origins if one[0] >= 0}.difference(state.origins)
    telling = [n for n in found if not is_trivial(new[n][1])]
    if len(telling) > 1 and len(set(found.values())) * 2 >= len(away):
        return found
    place = {origin: n for n, origin in enumerate(aside.origins)}
    return {n: origin for n, origin in found.items() if old[place[origin]] == new[n]}


def _left(state: Folded, before: set[Origin], since: set[Origin]) -> Folded:
    """What left the file `before` a step, or with it, comes back out of nothing that had been put aside earlier."""
    asides = []
    for aside in state.asides:
        gone = since if aside.fresh else before | since
        origins = tuple(NOBODY if one in gone else one for one in aside.origins)
        asides.append(Aside(aside.content, origins, fresh=False))
    return state._replace(asides=tuple(asides))


def _unreplaced(state: Folded) -> Folded:
    state.superseded.difference_update([(*one[:2], False) for one in state.origins])
    return state


def _remembered(state: Folded) -> Folded:
    return state._replace(past=(*state.past[1 - _PAST :], (state.content, tuple(state.origins))))


def _back_at(state: Folded, content: bytes) -> Folded | None:
    """The state in which the fold came by this very content; None where it did not."""
    for known, origins in reversed(state.past):
        if known == content:
            return _unreplaced(state._replace(content=content, origins=list(origins)))
    return None


def _looked_at(state: Folded) -> Folded:
    return state._replace(held=tuple(state.origins)) if state.content == state.watched else state


def develop(state: Folded, content: bytes, author: int = UNKNOWN) -> Folded:
    """Somebody, not a model, changed the content: survivors keep their origin, rewordings become `edited`.

    New lines belong to `author`: a human event's index, or UNKNOWN.
    """
    if state.content == content:
        return state
    changed = hunks(state.content, content)
    old_lines, new_lines = split_lines(state.content), split_lines(content)
    origins = state.origins
    unchanged = _unchanged(state, content, changed)
    for hunk in reversed(changed):
        texts = old_lines[hunk.old_start : hunk.old_end], new_lines[hunk.new_start : hunk.new_end]
        origins[hunk.old_start : hunk.old_end] = _developed(state, hunk, texts, author, unchanged)
    return state._replace(content=content, origins=origins)


def _unchanged(state: Folded, content: bytes, changed: list[Hunk]) -> dict[int, Origin]:
    """Origins of the hunks' new lines that stand in the base as well: a model's change of them was taken back."""
    if state.first is None or not any(hunk.new_count for hunk in changed):
        return {}
    found: dict[int, Origin] = {}
    since = [Hunk(0, 0, 0, 0), *hunks(state.base, content)]
    at = 0
    for n in (n for hunk in changed for n in range(hunk.new_start, hunk.new_end)):
        while at + 1 < len(since) and since[at + 1].new_start <= n:
            at += 1
        if n >= since[at].new_end:
            found[n] = state.first[n - since[at].new_end + since[at].old_end]
    return found


def _developed(
    state: Folded,
    hunk: Hunk,
    texts: tuple[list[bytes], list[bytes]],
    author: int,
    unchanged: dict[int, Origin],
) -> list[Origin]:
    """Origins of one hunk's new lines. Only a model's line is `edited`; a person's reworded line is a new one."""
    lines = range(hunk.new_start, hunk.new_end)
    fresh = [unchanged.get(n, (author, n, False) if author >= 0 else NOBODY) for n in lines]
    olds = state.origins[hunk.old_start : hunk.old_end]
    open_to = [n for n, line in enumerate(lines) if line not in unchanged]
    if open_to and (author >= 0 or any(source != UNKNOWN for source, _, _ in olds)):
        theirs = {o for o, origin in enumerate(olds) if not _is_model(state, origin)}
        for n, hit in match(texts[0], [texts[1][n] for n in open_to], theirs).items():
            source, line, edited = olds[hit.old]
            if not (hit.edited and hit.old in theirs):
                fresh[open_to[n]] = (source, line, edited or hit.edited)
    return fresh


def _is_model(state: Folded, origin: Origin) -> bool:
    return origin[0] >= 0 and origin[0] not in state.people


def _type(state: Folded, step: Step) -> Folded:
    state.people.add(step.source)
    moved = _moved(state.origins, step, hunks(step.before, step.after)) if _in_conflict(step) else {}
    state = develop(state, step.after, step.source)
    for n, origin in moved.items():
        state.origins[n] = origin
    created = state.created.setdefault(step.source, set())
    created.update(line for source, line, _ in state.origins if source == step.source)
    return state


def _without_spent(state: Folded, source: int) -> Folded:
    spent = frozenset(state.spent.get(source, ()))
    if spent:
        state.origins[:] = [
            NOBODY if one[0] == source and one[1] + 1 in spent else one for one in state.origins
        ]
    return state


def _generate(state: Folded, step: Step) -> Folded:
    origins, deleted = state.origins, state.deleted
    created = state.created.setdefault(step.source, set())
    changed = hunks(step.before, step.after)
    moved = _moved(origins, step, changed) if _in_conflict(step) else {}
    for hunk in reversed(changed):
        created.update(n for n in range(hunk.new_start, hunk.new_end) if n not in moved)
        for origin in origins[hunk.old_start : hunk.old_end]:
            if origin[0] == BASE:
                deleted.setdefault(step.source, set()).add(origin[1])
            elif origin[0] >= 0:
                state.superseded.add((*origin[:2], False))
        origins[hunk.old_start : hunk.old_end] = [
            moved.get(n, (step.source, n, False)) for n in range(hunk.new_start, hunk.new_end)
        ]
    return state._replace(content=step.after)


def _in_conflict(step: Step) -> bool:
    return all(mark in step.before for mark in _CONFLICT)


def _moved(origins: list[Origin], step: Step, changed: list[Hunk]) -> dict[int, Origin]:
    """New line → origin, for lines that were only put in order while a conflict of git's was resolved.

    Both sides' lines stand in such a file already, and whoever chooses their order has written none of them.
    """
    old, new = split_lines(step.before), split_lines(step.after)
    gone = _once(old, (n for hunk in changed for n in range(hunk.old_start, hunk.old_end)))
    come = _once(new, (n for hunk in changed for n in range(hunk.new_start, hunk.new_end)))
    return {n: origins[gone[line]] for line, n in come.items() if line in gone and not is_trivial(line)}


def _once(lines: list[bytes], numbers: Iterable[int]) -> dict[bytes, int]:
    """Text → number, of the numbered lines whose text is no other's among them."""
    found: dict[bytes, int] = {}
    twice: set[bytes] = set()
    for n in numbers:
        if lines[n] in found:
            twice.add(lines[n])
        found[lines[n]] = n
    return {line: n for line, n in found.items() if line not in twice}


def produced(before: bytes, after: bytes) -> list[int]:
    """The lines (0-based, of `after`) that an edit put there; a generation's raw lines are such."""
    return [n for hunk in hunks(before, after) for n in range(hunk.new_start, hunk.new_end)]


def slide(origins: list[Origin], lines: list[bytes], changed: Iterable[Hunk]) -> list[Origin]:
    """Origins as the commit's own diff places them.

    An inserted run that repeats its surroundings can stand at several places with one result. Where the fold and
    the commit's diff chose differently, the label moves to the same text inside the commit's run.
    """
    out = list(origins)
    runs = [hunk for hunk in changed if hunk.new_count]
    fresh = {n for hunk in runs for n in range(hunk.new_start, hunk.new_end)}
    for hunk in runs:
        if not hunk.old_count:
            reach = _reach(lines, hunk, fresh)
            for n in range(hunk.new_start, hunk.new_end):
                first = reach.start + (n - reach.start) % hunk.new_count
                alike = range(first, reach.stop, hunk.new_count)
                found = [(abs(one - n), one) for one in alike if out[one][0] >= 0]
                if out[n][0] < 0 and found:
                    other = min(found)[1]
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
