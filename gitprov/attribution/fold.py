"""The fold: from a base content and the edits that agents and people reported, to who produced each line.

Lines are labelled by *origin*, a triple (source, line, edited): source is the index of the event that produced
the line, or BASE / UNKNOWN; line is its 0-based number in that event's `after` (in the base for BASE); edited
says that somebody reworded it since. Classes are read off only at the end, so nothing is decided too early.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.reword import match
from gitprov.model.hunk import Hunk
from gitprov.model.lines import count_lines, split_lines

BASE = -1
UNKNOWN = -2

Origin = tuple[int, int, bool]

NOBODY: Origin = (UNKNOWN, 0, False)


class Step(NamedTuple):
    """One reported edit: `source` is its index, `human` tells a person's from a model's."""

    source: int
    before: bytes
    after: bytes
    human: bool


class Folded(NamedTuple):
    """Content after the last step, an origin per line, and what models took away.

    `deleted`: source → base lines (0-based) it removed. `superseded`: origins that a later model edit replaced;
    they were the model's own to drop. `people`: the sources that are persons. `created`: source → lines
    (0-based, of its `after`) that it put there.
    """

    content: bytes
    origins: list[Origin]
    deleted: dict[int, set[int]]
    superseded: set[Origin]
    people: set[int]
    created: dict[int, set[int]]

    def copy(self) -> Folded:
        """A state whose origins can be developed without touching these."""
        return self._replace(origins=list(self.origins))


def begin(base: bytes) -> Folded:
    """The state before any step: every line is the base's own."""
    return Folded(base, [(BASE, n, False) for n in range(count_lines(base))], {}, set(), set(), {})


def fold(state: Folded, steps: Iterable[Step]) -> Folded:
    """Apply steps in order; each costs at most two diffs. `state` is consumed."""
    for step in steps:
        if state.content != step.before:
            state = develop(state, step.before)
        if step.human:
            state.people.add(step.source)
            state.created.setdefault(step.source, set()).update(produced(step.before, step.after))
            state = develop(state, step.after, step.source)
        else:
            state = _generate(state, step)
    return state


def develop(state: Folded, content: bytes, author: int = UNKNOWN) -> Folded:
    """Somebody, not a model, changed the content: survivors keep their origin, rewordings become `edited`.

    New lines belong to `author`: a human event's index, or UNKNOWN.
    """
    if state.content == content:
        return state
    changed = hunks(state.content, content)
    if not changed:
        return state._replace(content=content)
    old_lines, new_lines = split_lines(state.content), split_lines(content)
    origins = state.origins
    for hunk in reversed(changed):
        texts = old_lines[hunk.old_start : hunk.old_end], new_lines[hunk.new_start : hunk.new_end]
        origins[hunk.old_start : hunk.old_end] = _developed(state, hunk, texts, author)
    return state._replace(content=content, origins=origins)


def _developed(
    state: Folded, hunk: Hunk, texts: tuple[list[bytes], list[bytes]], author: int
) -> list[Origin]:
    """Origins of one hunk's new lines. Only a model's line is `edited`; a person's reworded line is a new one."""
    lines = range(hunk.new_start, hunk.new_end)
    fresh: list[Origin] = [(author, n, False) if author >= 0 else NOBODY for n in lines]
    olds = state.origins[hunk.old_start : hunk.old_end]
    if hunk.new_count and any(source >= 0 for source, _, _ in olds):
        for n, hit in match(*texts).items():
            source, line, edited = olds[hit.old]
            if not hit.edited or (source >= 0 and source not in state.people):
                fresh[n] = (source, line, edited or hit.edited)
    return fresh


def _generate(state: Folded, step: Step) -> Folded:
    origins, deleted = state.origins, state.deleted
    created = state.created.setdefault(step.source, set())
    for hunk in reversed(hunks(step.before, step.after)):
        created.update(range(hunk.new_start, hunk.new_end))
        for origin in origins[hunk.old_start : hunk.old_end]:
            if origin[0] == BASE:
                deleted.setdefault(step.source, set()).add(origin[1])
            elif origin[0] >= 0:
                state.superseded.add((*origin[:2], False))
        origins[hunk.old_start : hunk.old_end] = [
            (step.source, n, False) for n in range(hunk.new_start, hunk.new_end)
        ]
    return state._replace(content=step.after)


def produced(before: bytes, after: bytes) -> list[int]:
    """The lines (0-based, of `after`) that an edit put there: a generation's raw lines."""
    return [n for hunk in hunks(before, after) for n in range(hunk.new_start, hunk.new_end)]


def slide(origins: list[Origin], lines: list[bytes], changed: Iterable[Hunk]) -> list[Origin]:
    """Origins as the commit's own diff places them.

    An inserted run that repeats its surroundings can stand at several places with one result. Where the fold and
    the commit's diff chose differently, the label moves with the line's text, one run's length up or down.
    """
    out = list(origins)
    for hunk in changed:
        size = hunk.new_count
        if hunk.old_count or not size:
            continue
        inside = range(hunk.new_start, hunk.new_end)
        for step, order in ((-size, reversed(inside)), (size, inside)):
            for n in order:
                other = n + step
                if not (0 <= other < len(lines)) or lines[other] != lines[n]:
                    break
                if out[n][0] < 0 <= origins[other][0]:
                    out[n], out[other] = origins[other], out[n]
    return out
