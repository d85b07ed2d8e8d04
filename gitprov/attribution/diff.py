"""Line differences between two contents, with the same choice among equal lines as git's blame.

libgit2 has the same xdiff as git. Loading it takes longer than most whole hooks, so it is not loaded for a
simple change: one run of lines without ambiguity, or one that was only inserted or only removed. Otherwise it
gets the same input as from git, since its choice among equal lines depends on how often lines occur in both
whole contents.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType

from gitprov.attribution.matching.sliding import rise
from gitprov.model.event import is_binary
from gitprov.model.lines import common_prefix, common_suffix, count_lines, split_lines
from gitprov.model.named import NamedTuple
from gitprov.model.ranges import Hunk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Bytes that git compares at once when it cuts off a common tail.
_BLOCK = 1024
#: libgit2's GIT_DIFF_INDENT_HEURISTIC and GIT_DIFF_FORCE_TEXT.
_FLAGS = 1 << 18 | 1 << 20

_loaded: Any = None


class LineDifference(NamedTuple):
    """The hunks between two contents.

    Line `line` of the new content (0-based, at or above the first hunk) begins at its byte `start`. Its last
    hunk ends at or above its byte `stop`; None: its end. `apart`: it is certain that no removed line has the
    text of an added one.
    """

    hunks: list[Hunk]
    line: int = 0
    start: int = 0
    stop: int | None = None
    apart: bool = False

    def added(self, new: bytes) -> list[tuple[int, bytes]]:
        """(first line, text without the last newline) of each run of added lines of the new content."""
        runs = [hunk for hunk in self.hunks if hunk.new_count]
        if not runs:
            return []
        lines = new[self.start : self.stop].split(b"\n", runs[-1].new_end - self.line)
        return [
            (run.new_start, b"\n".join(lines[run.new_start - self.line : run.new_end - self.line]))
            for run in runs
        ]


def hunks(old: bytes, new: bytes) -> list[Hunk]:
    """The hunks from `old` to `new`, ascending, not adjacent: those of `git diff -U0` and git's blame."""
    return difference(old, new).hunks


def difference(old: bytes, new: bytes) -> LineDifference:
    """The hunks from `old` to `new`, and what their search shows besides."""
    if old == new:
        return LineDifference([], apart=True)
    start, old_stop, new_stop = _differing(old, new)
    old_mid, new_mid = split_lines(old[start:old_stop]), split_lines(new[start:new_stop])
    first = old.count(b"\n", 0, start)
    before = old[old.rfind(b"\n", 0, max(start - 1, 0)) + 1 : start]
    after_at = old.find(b"\n", old_stop)
    after = old[old_stop : after_at + 1 if after_at >= 0 else len(old)]
    if _unambiguous(old_mid, new_mid, before, after):
        return LineDifference(
            [Hunk(first, len(old_mid), first, len(new_mid))], first, start, new_stop, apart=True
        )
    old, new = _without_common_tail(old, new)
    sliding = _sliding(old, new)
    return LineDifference(_xdiff(old, new) if sliding is None else [sliding])


def single_hunk(old: Sequence[bytes], new: Sequence[bytes]) -> list[Hunk] | None:
    """The hunks between two lists of lines where there is at most one, with one possible place; else None."""
    least = min(len(old), len(new))
    front = next((n for n in range(least) if old[n] != new[n]), least)
    back = next((n for n in range(least - front) if old[-1 - n] != new[-1 - n]), least - front)
    old_mid, new_mid = list(old[front : len(old) - back]), list(new[front : len(new) - back])
    if not old_mid and not new_mid:
        return []
    before = old[front - 1] if front else None
    after = old[-back] if back else None
    unique = _unambiguous(old_mid, new_mid, before, after)
    return [Hunk(front, len(old_mid), front, len(new_mid))] if unique else None


def unshown(start: bytes, final: bytes) -> tuple[Hunk, ...]:
    """The hunks of a file that git treats as binary: none if a side has a NUL, else those of the texts."""
    return () if is_binary(start) or is_binary(final) else tuple(hunks(start, final))


def _differing(old: bytes, new: bytes) -> tuple[int, int, int]:
    """Byte offsets (start, old stop, new stop) of whole lines, outside which both are equal."""
    start = common_prefix(old, new)
    start = old.rfind(b"\n", 0, start) + 1
    tail = common_suffix(old, new, min(len(old), len(new)) - start)
    old_stop, new_stop = len(old) - tail, len(new) - tail
    if not (_at_line(old, old_stop) and _at_line(new, new_stop)):
        newline = old.find(b"\n", old_stop)
        moved = len(old) if newline < 0 else newline + 1
        old_stop, new_stop = moved, moved - old_stop + new_stop
    return start, old_stop, new_stop


def _at_line(data: bytes, offset: int) -> bool:
    return offset == 0 or data[offset - 1 : offset] == b"\n"


def _unambiguous(
    old_mid: list[bytes], new_mid: list[bytes], before: bytes | None, after: bytes | None
) -> bool:
    """Whether what differs, between the lines `before` and `after`, is one hunk with one possible place.

    A run that is only inserted or removed may slide along equal lines. xdiff keeps both sides of a replaced
    run together.
    """
    if old_mid and new_mid:
        few, many = sorted((old_mid, new_mid), key=len)
        return set(many).isdisjoint(few)
    run = old_mid or new_mid
    return not run or (run[-1] != before and run[0] != after)


def _without_common_tail(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both without the whole blocks of their common tail, as git passes them to xdiff if it needs no context.

    git's choice depends on it: an inserted run cannot slide into the removed tail.
    """
    cut = common_suffix(old, new, min(len(old), len(new))) // _BLOCK * _BLOCK
    if not cut:
        return old, new
    newline = old.find(b"\n", len(old) - cut)
    cut = len(old) - newline - 1 if newline >= 0 else 0
    return old[: len(old) - cut], new[: len(new) - cut]


def _sliding(old: bytes, new: bytes) -> Hunk | None:
    """The hunk of a run that was only inserted, or only removed, where git puts it; None for other changes.

    xdiff cuts off the common start and then the common end, which leaves nothing of the shorter content.
    """
    start, old_stop, new_stop = _differing(old, new)
    if start not in (old_stop, new_stop):
        return None
    text, stop = (new, new_stop) if start == old_stop else (old, old_stop)
    first = text.count(b"\n", 0, start) - rise(text, start, stop)
    size = count_lines(text[start:stop])
    return Hunk(first, 0, first, size) if text is new else Hunk(first, size, first, 0)


def _xdiff(old: bytes, new: bytes) -> list[Hunk]:
    patch = _engine().Patch.create_from(old, new, flag=_FLAGS, context_lines=0, interhunk_lines=0)
    return [
        Hunk(
            h.old_start - (1 if h.old_lines else 0),
            h.old_lines,
            h.new_start - (1 if h.new_lines else 0),
            h.new_lines,
        )
        for h in patch.hunks
    ]


def _engine() -> Any:  # noqa: ANN401  # an extension module
    """pygit2's C extension: enough for diffs, and loaded in a quarter of the package's time."""
    global _loaded
    if _loaded is None:
        try:
            _loaded = _extension()
        except Exception:  # noqa: BLE001 - a pygit2 that is built otherwise is imported the usual way
            _loaded = import_module("pygit2")
    return _loaded


def _extension() -> ModuleType:
    package = PathFinder.find_spec("pygit2")
    spec = package and PathFinder.find_spec("pygit2._pygit2", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("pygit2._pygit2")
    module = spec.loader.create_module(spec)
    if module is None or not callable(module.Patch.create_from):
        raise ModuleNotFoundError("pygit2._pygit2")
    spec.loader.exec_module(module)
    return module
