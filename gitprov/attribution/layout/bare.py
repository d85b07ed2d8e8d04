"""Origins of blank lines and lone brackets, from the lines around them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

from gitprov.attribution.sides import Gap, Match, Side, Sides
from gitprov.model.lines import is_trivial


def bare_lines(sides: Sides, gap: Gap, still: Mapping[int, int] = MappingProxyType({})) -> None:
    """Match lines without a token of their own, inside a gap with equal tokens, by the lines around them.

    `still`: new line → old line, for the unchanged lines in between.
    """
    origins = {n: sides.matches[n].old for n in range(gap.new_start, gap.new_end) if n in sides.matches}
    pairs = sorted({**still, **origins}.items())
    if gap.new_start and gap.old_start:
        pairs.insert(0, (gap.new_start - 1, gap.old_start - 1))
    if gap.new_end < len(sides.new.lines) and gap.old_end < len(sides.old.lines):
        pairs.append((gap.new_end, gap.old_end))
    if not pairs:
        return
    _bare_new(sides, gap, pairs)
    olds = [o for o in gap.old if o not in sides.used and sides.old.is_bare(o)]
    by_old = sorted((o, n) for n, o in pairs)
    for o in olds:
        at = bisect_right(by_old, (o, -1)) - 1
        n = by_old[max(at, 0)][1]
        hit = sides.matches.get(n) or Match(by_old[max(at, 0)][0], False)
        sides.matches[n] = hit._replace(also=(*hit.also, o))
        sides.used.add(o)


def _bare_new(sides: Sides, gap: Gap, pairs: list[tuple[int, int]]) -> None:
    """Match new lines: a blank one between two of a model, a bracket by the line above it."""
    olds = [o for o in gap.old if o not in sides.used and sides.old.is_bare(o)]
    for n in gap.new:
        if n in sides.matches or not sides.new.is_bare(n):
            continue
        at = bisect_right(pairs, (n, -1)) - 1
        around = [pairs[k][1] for k in (at, at + 1) if 0 <= k < len(pairs)]
        text = sides.new.lines[n].strip()
        if any(o in sides.human_lines for o in around) or (len(around) < 2 and not text):
            continue
        alike = next(
            (o for o in olds if sides.old.lines[o].strip() == text and o not in sides.human_lines), None
        )
        if alike is None:
            sides.matches[n] = Match(around[0], False)
        else:
            olds.remove(alike)
            sides.take(n, Match(alike, False))


def bare_rest(sides: Sides) -> None:
    """Match the remaining brackets and blank lines between unchanged lines.

    A new one is matched to a removed old one with the same text; a new line without tokens needs none.
    """
    old = [
        o
        for h in sides.hunks
        for o in sides.free_old(h.old_start, h.old_end)
        if is_trivial(sides.old.lines[o])
    ]
    rest = [n for h in sides.hunks for n in sides.free_new(h.new_start, h.new_end) if not sides.is_telling(n)]
    if not old and not rest:
        return
    inside = {n for h in sides.hunks for n in range(h.new_start, h.new_end)}
    gone: dict[bytes, list[int]] = {}
    for o in reversed(old):
        if o not in sides.human_lines:
            gone.setdefault(_bracket(sides.old, o), []).append(o)
    for n in rest:
        if not _is_between(sides, n, inside):
            continue
        alike = gone.get(_bracket(sides.new, n))
        if alike:
            sides.take(n, Match(alike.pop(), False))
        elif sides.new.is_bare(n) and n - 1 in sides.matches:
            sides.matches[n] = Match(sides.matches[n - 1].old, False)
    _blank_olds(sides, [o for o in old if o not in sides.used and not sides.old.lines[o].strip()])


def _bracket(side: Side, line: int) -> bytes:
    """The text of a trivial line without a comma at its end, which the last item of a list may lack."""
    return side.key(line).removesuffix(b"\x1f,") or side.lines[line].strip()


def _is_between(sides: Sides, n: int, inside: set[int]) -> bool:
    """Whether the lines above and below are unchanged, and no person's."""
    below = n + 1
    while (
        below < len(sides.new.lines)
        and below in inside
        and below not in sides.matches
        and not sides.is_telling(below)
    ):
        below += 1
    for line in (n - 1, below):
        hit = sides.matches.get(line)
        if hit is not None and (hit.edited or hit.old in sides.human_lines):
            return False
        outside = not 0 <= line < len(sides.new.lines)
        if hit is None and (
            line in inside or (outside and not (sides.new.is_bare(n) and sides.new.lines[n].strip()))
        ):
            return False
    return True


def _blank_olds(sides: Sides, blanks: list[int]) -> None:
    """Join removed old blank lines to the unchanged line above them."""
    by_old = {hit.old: n for n, hit in sides.matches.items() if not hit.edited}
    for o in blanks:
        n = by_old.get(o - 1)
        if n is not None and o not in sides.human_lines:
            sides.matches[n] = sides.matches[n]._replace(also=(*sides.matches[n].also, o))
            sides.used.add(o)
            by_old[o] = n
