"""Lines that a commit reported as dropped, and that are there again later: a stash that was popped, or a likeness?

The developer has spoken about such a line once. It is the model's again only where it came back as it was, with the
same lines directly above and below; a line that merely reads alike, in another place, is somebody's own.
"""

from __future__ import annotations

from gitprov.model.lines import split_lines
from gitprov.model.ranges import LineSet


def gone_for_good(dropped: LineSet, after: bytes, content: bytes) -> LineSet:
    """Which of an event's dropped lines (1-based, of its `after`) did not come back in `content`."""
    if not dropped:
        return dropped
    there = set(_with_neighbours(split_lines(content)))
    around = _with_neighbours(split_lines(after))
    return LineSet(n for n in dropped if n > len(around) or around[n - 1] not in there)


def _with_neighbours(lines: list[bytes]) -> list[tuple[bytes, bytes, bytes]]:
    """Each line between the one above and the one below it; nothing stands above the first and below the last."""
    return list(zip([b"", *lines], lines, [*lines[1:], b""], strict=False))
