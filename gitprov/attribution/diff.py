"""Line differences between two contents, choosing as git's blame does among equal lines.

libgit2 carries the same xdiff as git; loading it costs more than most hooks do in all, so a change that can be
told without it (one run of lines in which nothing is ambiguous) never loads it. Otherwise only the differing
part and its surroundings are given to it: an edit in a file of 10,000 lines costs as much as in one of 300.
"""

from __future__ import annotations

from gitprov.model.hunk import Hunk
from gitprov.model.lines import split_lines

#: Lines kept around the differing part. xdiff slides a group of lines by at most 100, and its indent
#: heuristic looks over at most 20 blank lines beyond.
_CONTEXT = 160


def hunks(old: bytes, new: bytes) -> list[Hunk]:
    """The hunks that turn `old` into `new`, ascending, none touching another."""
    if old == new:
        return []
    start, old_stop, new_stop = _differing(old, new)
    old_mid, new_mid = split_lines(old[start:old_stop]), split_lines(new[start:new_stop])
    first = old.count(b"\n", 0, start)
    before = old[old.rfind(b"\n", 0, max(start - 1, 0)) + 1 : start]
    after_at = old.find(b"\n", old_stop)
    after = old[old_stop : after_at + 1 if after_at >= 0 else len(old)]
    if _unambiguous(old_mid, new_mid, before, after):
        return [Hunk(first, len(old_mid), first, len(new_mid))]
    return _window(old, new, start, old_stop, new_stop)


def _differing(old: bytes, new: bytes) -> tuple[int, int, int]:
    """Byte offsets (start, old stop, new stop) of whole lines outside which both are the same."""
    start = _common_prefix(old, new)
    start = old.rfind(b"\n", 0, start) + 1
    tail = _common_suffix(old, new, min(len(old), len(new)) - start)
    old_stop, new_stop = len(old) - tail, len(new) - tail
    if not (_at_line(old, old_stop) and _at_line(new, new_stop)):
        newline = old.find(b"\n", old_stop)
        moved = len(old) if newline < 0 else newline + 1
        old_stop, new_stop = moved, moved - old_stop + new_stop
    return start, old_stop, new_stop


def _at_line(data: bytes, offset: int) -> bool:
    return offset == 0 or data[offset - 1 : offset] == b"\n"


def _common_prefix(a: bytes, b: bytes) -> int:
    """Length of the common prefix; halving with slices compares at memory speed."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(a: bytes, b: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _unambiguous(old_mid: list[bytes], new_mid: list[bytes], before: bytes, after: bytes) -> bool:
    """Whether the differing part is one hunk that could stand nowhere else."""
    for mid in (old_mid, new_mid):
        if mid and (mid[-1] == before or mid[0] == after):
            return False
    if not old_mid or not new_mid:
        return True
    few, many = sorted((old_mid, new_mid), key=len)
    return set(many).isdisjoint(few)


def _window(old: bytes, new: bytes, start: int, old_stop: int, new_stop: int) -> list[Hunk]:
    """Ask xdiff about the differing part with its surroundings, or about everything where these repeat too far."""
    top, bottom = _lines_up(old, start, _CONTEXT), _lines_down(old, old_stop, _CONTEXT)
    skipped = old.count(b"\n", 0, top)
    new_bottom = bottom - old_stop + new_stop
    part = new[top:new_bottom]
    found = _xdiff(old[top:bottom], part)
    lines = split_lines(part)
    if (top or bottom < len(old)) and any(_reaches_edge(lines, hunk) for hunk in found):
        return _xdiff(old, new)
    return [Hunk(h.old_start + skipped, h.old_count, h.new_start + skipped, h.new_count) for h in found]


def _reaches_edge(lines: list[bytes], hunk: Hunk) -> bool:
    """Whether an inserted run could slide to the first or last line of the window: there the window decided."""
    size = hunk.new_count
    if not size or hunk.old_count:
        return hunk.new_start == 0 or hunk.new_end == len(lines)
    first, end = hunk.new_start, hunk.new_end
    while first > 0 and lines[first - 1] == lines[first - 1 + size]:
        first -= 1
    while end < len(lines) and lines[end] == lines[end - size]:
        end += 1
    return first == 0 or end == len(lines)


def _lines_up(data: bytes, offset: int, count: int) -> int:
    for _ in range(count):
        if offset <= 0:
            return 0
        offset = data.rfind(b"\n", 0, offset - 1) + 1
    return offset


def _lines_down(data: bytes, offset: int, count: int) -> int:
    for _ in range(count):
        newline = data.find(b"\n", offset)
        if newline < 0:
            return len(data)
        offset = newline + 1
    return offset


def _xdiff(old: bytes, new: bytes) -> list[Hunk]:
    from pygit2 import Patch
    from pygit2.enums import DiffOption

    flag = DiffOption.INDENT_HEURISTIC | DiffOption.FORCE_TEXT
    patch = Patch.create_from(old, new, flag=flag, context_lines=0, interhunk_lines=0)
    return [
        Hunk(
            h.old_start - (1 if h.old_lines else 0),
            h.old_lines,
            h.new_start - (1 if h.new_lines else 0),
            h.new_lines,
        )
        for h in patch.hunks
    ]
