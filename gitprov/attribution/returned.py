"""Lines that a commit reported as dropped, and that are there again later: a stash that was popped, or a likeness?

The developer has spoken about such a line once. It is the model's again only where it came back as it was, with the
same lines directly above and below; a line that merely reads alike, in another place, is somebody's own.
"""

from __future__ import annotations

from gitprov.model.lines import split_lines, with_neighbours
from gitprov.model.ranges import LineSet


def gone_for_good(dropped: LineSet, after: bytes, content: bytes) -> LineSet:
    """Which of an event's dropped lines (1-based, of its `after`) did not come back in `content`."""
    if not dropped:
        return dropped
    triples = set(with_neighbours(split_lines(content)))
    around = with_neighbours(split_lines(after))
    return LineSet(n for n in dropped if n > len(around) or around[n - 1] not in triples)
