"""The fold: finds the origin of each line from a base content and the edits of agents and people.

Lines are labelled by *origin*, a triple (source, line, edited): source is the index of the event that
produced the line, or BASE / UNKNOWN; line is its 0-based number in that event's `after` (in the base for
BASE); edited: it was reworded since. Lines get their classes only at the end, from their final origins.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitprov.attribution.diff import LineDifference, difference, hunks
from gitprov.attribution.recall import back_at, develop, forget, reach, remember
from gitprov.attribution.state import BASE, NOBODY, Folded, FoldStep, Origin, Part
from gitprov.model.lines import is_trivial, split_lines
from gitprov.model.ranges import Hunk

_CONFLICT = (b"<<<<<<< ", b"\n=======\n", b">>>>>>> ")


def fold(state: Folded, steps: Iterable[FoldStep]) -> Folded:
    """Apply steps in order; each costs at most two diffs. `state` is consumed."""
    if state.first is None:
        state = state._replace(first=tuple(state.origins))
    for step in steps:
        was = set(state.origins) if state.asides else set()
        if state.content != step.before:
            state = back_at(state, step.before) or remember(reach(state, step.before))
        now = set(state.origins) if state.asides else set()
        state = _type(state, step) if step.human else _generate(state, step)
        state = remember(_without_spent(state, step.source))
        if state.asides:
            state = forget(state, was - now, now.difference(state.origins))
    return state


def _type(state: Folded, step: FoldStep) -> Folded:
    state.people.add(step.source)
    moved = _moved(state.origins, step, hunks(step.before, step.after)) if _in_conflict(step) else {}
    state = develop(state, step.after, step.source)
    for n, origin in moved.items():
        state.origins[n] = origin
    state.layout.raw[step.source] = (Part(0, step.after),)
    created = state.created.setdefault(step.source, set())
    created.update(line for source, line, _ in state.origins if source == step.source)
    return state


def _without_spent(state: Folded, source: int) -> Folded:
    spent = frozenset(state.spent.get(source, ()))
    if spent:
        state.origins[:] = [
            NOBODY if origin[0] == source and origin[1] + 1 in spent else origin for origin in state.origins
        ]
    return state


def _generate(state: Folded, step: FoldStep) -> Folded:
    origins, deleted = state.origins, state.deleted
    created = state.created.setdefault(step.source, set())
    changed = difference(step.before, step.after)
    state.layout.raw[step.source] = _parts(step.after, changed)
    moved = _moved(origins, step, changed.hunks) if not changed.apart and _in_conflict(step) else {}
    for hunk in reversed(changed.hunks):
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


def _parts(after: bytes, changed: LineDifference) -> tuple[Part, ...]:
    """The parts that an edit wrote. If they are most of the content, it is one part, without a copy."""
    parts = tuple(Part(*run) for run in changed.added(after))
    return parts if not parts or 2 * sum(len(part.text) for part in parts) < len(after) else (Part(0, after),)


def _in_conflict(step: FoldStep) -> bool:
    # Searching for a run of one character is many times as fast as for one with a space after it.
    return b"<<<<<<<" in step.before and all(mark in step.before for mark in _CONFLICT)


def _moved(origins: list[Origin], step: FoldStep, changed: list[Hunk]) -> dict[int, Origin]:
    """New line → origin, for lines that were only reordered while a merge conflict was resolved.

    Such a file contains both sides' lines already, so the author of their order wrote none of them.
    """
    old, new = split_lines(step.before), split_lines(step.after)
    gone = _once(old, (n for hunk in changed for n in range(hunk.old_start, hunk.old_end)))
    come = _once(new, (n for hunk in changed for n in range(hunk.new_start, hunk.new_end)))
    return {n: origins[gone[line]] for line, n in come.items() if line in gone and not is_trivial(line)}


def _once(lines: list[bytes], numbers: Iterable[int]) -> dict[bytes, int]:
    """Text → number, for the lines in `numbers` whose text is unique among them."""
    number_of: dict[bytes, int] = {}
    twice: set[bytes] = set()
    for n in numbers:
        if lines[n] in number_of:
            twice.add(lines[n])
        number_of[lines[n]] = n
    return {line: n for line, n in number_of.items() if line not in twice}
