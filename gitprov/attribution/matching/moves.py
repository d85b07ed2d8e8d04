"""Lines that moved: the same text was removed at one place of a file and added at another."""

from __future__ import annotations

import re
from bisect import bisect_right

from gitprov.attribution.matching.similar import WORD
from gitprov.attribution.sides import Match, Sides
from gitprov.model.lines import is_trivial
from gitprov.model.ranges import Hunk

#: A line with so many words is not a common one.
_WORDS = 3
#: An import, or a row or item of a list.
_ROW = rb"\s*(?:(?:import|from|use|using|mod|pub|require|include|#\s*include|@import)\b|[\"'\-*]|.*,\s*$)"


def moved_lines(sides: Sides) -> None:
    """Match the lines that only changed their place. An old line that stayed in place is not matched.

    A text that was removed once and added once is the same line. So are the lines directly above and below it
    that moved with it, blank ones and brackets too. A line that moved alone to another hunk must have a
    unique text.
    """
    old, new = _texts(sides)
    went, came = _places(sides.old.lines, old), _places(sides.new.lines, new)
    pairs = [
        pair
        for text, places in came.items()
        if len(went.get(text, ())) == len(places)
        for pair in zip(went[text], places, strict=True)
        if len(places) == 1 or _in_one_hunk(sides, went[text], places)
    ]
    for o, n in pairs:
        if o in sides.used or n in sides.matches:
            continue
        run = [*_beside(sides, old, new, (o, n), -1)[::-1], (o, n), *_beside(sides, old, new, (o, n), 1)]
        telling = sum(sides.is_telling(line) for _, line in run)
        if telling > 1 or _in_one_hunk(sides, [o], [n]) or _tells(sides, o):
            for pair in run:
                sides.take(pair[1], Match(pair[0], False))


def _texts(sides: Sides) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """Unmatched line of a hunk → its text to compare, old and new ones."""
    old: dict[int, bytes] = {}
    new: dict[int, bytes] = {}
    for hunk in sides.hunks:
        olds, news = (
            sides.free_old(hunk.old_start, hunk.old_end),
            sides.free_new(hunk.new_start, hunk.new_end),
        )
        if olds:
            keys = sides.old.normal(hunk.old_start, hunk.old_end)
            old.update((o, _text(keys[o - hunk.old_start])) for o in olds)
        news = sides.free_new(hunk.new_start, hunk.new_end)
        if news:
            keys = sides.new.normal(hunk.new_start, hunk.new_end)
            new.update((n, _text(keys[n - hunk.new_start])) for n in news)
    return old, new


def _text(key: bytes) -> bytes:
    """The text to compare, without a comma at its end: the last item of a list may lack it."""
    return key[:-2] if key.endswith(b"\x1f,") and b"\x1f=\x1f" not in key else key


def _places(lines: list[bytes], texts: dict[int, bytes]) -> dict[bytes, list[int]]:
    places: dict[bytes, list[int]] = {}
    for line, text in texts.items():
        if text and not is_trivial(lines[line]):
            places.setdefault(text, []).append(line)
    return places


def _in_one_hunk(sides: Sides, olds: list[int], news: list[int]) -> bool:
    at = bisect_right(sides.hunks, olds[0], key=_old_start) - 1
    if at < 0:
        return False
    hunk = sides.hunks[at]
    return olds[-1] < hunk.old_end and hunk.new_start <= news[0] and news[-1] < hunk.new_end


def _old_start(hunk: Hunk) -> int:
    return hunk.old_start


def _tells(sides: Sides, o: int) -> bool:
    """Whether a line that moved alone is surely the same: its text is unique, and less common than `return
    x`.
    """
    text = sides.old.lines[o].strip().rstrip(b",")
    if any(side.count(text) + side.count(text + b",") != 1 for side in (sides.old, sides.new)):
        return False
    return len(WORD.findall(text)) >= _WORDS or re.match(_ROW, sides.old.lines[o]) is not None


def _beside(
    sides: Sides, old: dict[int, bytes], new: dict[int, bytes], pair: tuple[int, int], step: int
) -> list[tuple[int, int]]:
    """The lines beside a pair, on one side of it, that moved with it."""
    run: list[tuple[int, int]] = []
    o, n = pair[0] + step, pair[1] + step
    while o in old and n in new and o not in sides.used and n not in sides.matches and old[o] == new[n]:
        if not old[o] and sides.old.lines[o].strip() != sides.new.lines[n].strip():
            break
        run.append((o, n))
        o, n = o + step, n + step
    return run


def moved_rows(sides: Sides) -> None:
    """Match lines of JSON whose object keys were reordered: the value of the whole text is the same."""
    if sides.language.name != "json":
        return
    old = [o for hunk in sides.hunks for o in sides.free_old(hunk.old_start, hunk.old_end)]
    new = [n for hunk in sides.hunks for n in sides.free_new(hunk.new_start, hunk.new_end)]
    if not any(map(sides.is_telling, new)) or not _same_value(sides):
        return
    went: dict[bytes, list[int]] = {}
    for key, o in reversed([*zip(*sides.old.tokens(old), strict=True)]):
        went.setdefault(key, []).append(o)
    for n in new:
        first, last = sides.new.span(n)
        counts: dict[int, int] = {}
        for key in sides.new.stream.keys[first:last]:
            if went.get(key):
                o = went[key].pop()
                counts[o] = counts.get(o, 0) + 1
        if counts and sides.is_telling(n):
            sides.blended(n, counts)


def _same_value(sides: Sides) -> bool:
    import json

    try:
        old, new = (json.loads(b"".join(side.lines)) for side in (sides.old, sides.new))
    except (ValueError, RecursionError):
        return False
    return bool(old == new)
