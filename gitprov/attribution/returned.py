"""Lines that a commit reported as dropped and that are in the file again later, such as from a popped stash.

The developer dropped such a line once. It is the model's again only if it came back with the same lines
directly above and below; a line with the same text in another place is not the model's.
"""

from __future__ import annotations

from gitprov.model.lines import split_lines, with_neighbours
from gitprov.model.ranges import LineSet


def gone_for_good(dropped: LineSet, after: bytes, content: bytes) -> LineSet:
    """The lines of `dropped` (1-based, of an event's `after`) that did not come back in `content`."""
    if not dropped:
        return dropped
    triples = set(with_neighbours(split_lines(content)))
    around = with_neighbours(split_lines(after))
    return LineSet(n for n in dropped if n > len(around) or around[n - 1] not in triples)
