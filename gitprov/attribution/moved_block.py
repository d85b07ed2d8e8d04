"""Blocks of lines that somebody moved to another file: who wrote them is told by the exact text of the whole block.

One line of the same text proves nothing, so a block has at least three telling lines (neither blank nor brackets alone)
without another line between them. A line that left a file once is claimed once: a copy of what still stands in its
place is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gitprov.attribution.outcome import Tally
from gitprov.attribution.state import Folded, Origin
from gitprov.model.lines import is_trivial, split_lines

#: Telling lines that a block has at the least.
LEAST = 3
#: Places with the same line that are compared with a block's first line, so that files of equal lines stay quick.
_PLACES = 24

Place = tuple[int, int]
"""(number of a content, 0-based line in it)."""

Owner = tuple[str, Origin]
"""(path of the file that a line left, the line's origin there)."""


class RemovedLines(NamedTuple):
    """A content as it was once, and the lines of it that left the file: 0-based number → its owner."""

    lines: Sequence[bytes]
    owners: Mapping[int, Owner]


class UnclaimedLines(NamedTuple):
    """A committed content and those of its lines (0-based) that are new and that nobody claims."""

    lines: Sequence[bytes]
    numbers: frozenset[int]


def shed(path: str, folded: Folded, tallies: Mapping[int, Tally]) -> tuple[RemovedLines, ...]:
    """What left the file at `path`: lines that its tallies call dropped, in the last contents that had them."""
    gone = {(source, line - 1) for source, tally in tallies.items() for line in tally.dropped}
    removals = []
    for content, origins in _contents(folded) if gone else ():
        owners = {n: (path, origin) for n, origin in enumerate(origins) if origin[:2] in gone}
        if owners:
            removals.append(RemovedLines(split_lines(content), owners))
            gone.difference_update(origin[:2] for _, origin in owners.values())
    return tuple(removals)


def _contents(folded: Folded) -> Iterator[tuple[bytes, Sequence[Origin]]]:
    """The contents that a fold came by, the newest first."""
    yield folded.content, folded.origins
    yield from reversed(folded.past)


def arrivals(shed: Sequence[RemovedLines], vacant: Sequence[UnclaimedLines]) -> list[dict[int, Owner]]:
    """For each of the `vacant` contents: line (0-based) → its owner, for the blocks that came from elsewhere.

    The longest block at each place is taken first, of equal ones that of the earliest content in `shed`.
    """
    search = _Search(shed)
    return [search.of(one) for one in vacant]


class _Search:
    def __init__(self, shed: Sequence[RemovedLines]) -> None:
        self._shed = [[_bare(line) for line in removal.lines] for removal in shed]
        self._owners = [removal.owners for removal in shed]
        self._places: dict[bytes, list[Place]] = {}
        for at, removal in enumerate(shed):
            for n in sorted(removal.owners):
                line = self._shed[at][n]
                if not is_trivial(line):
                    self._places.setdefault(line, []).append((at, n))
        self._used: set[Owner] = set()

    def of(self, vacant: UnclaimedLines) -> dict[int, Owner]:
        """The owners of one content's lines. What they claim is claimed for the contents after it, too."""
        lines = [_bare(line) for line in vacant.lines]
        owners: dict[int, Owner] = {}
        behind = -1
        for n in sorted(vacant.numbers):
            if n >= behind and lines[n] in self._places:
                place, size = self._longest(lines, vacant.numbers, n)
                if size:
                    behind = n + size
                    owners.update(self._claim(lines, vacant.numbers - owners.keys(), n, place, size))
        return owners

    def _longest(self, lines: list[bytes], numbers: frozenset[int], n: int) -> tuple[Place, int]:
        """The place of the longest block that begins at line `n`, and its size; size 0 for none."""
        best: tuple[Place, int] = ((0, 0), 0)
        free = (place for place in self._places[lines[n]] if self._is_free(place))
        for place, _ in zip(free, range(_PLACES), strict=False):
            size, telling = self._run(lines, numbers, n, place)
            if telling >= LEAST and size > best[1]:
                best = place, size
        return best

    def _run(self, lines: list[bytes], numbers: frozenset[int], n: int, place: Place) -> tuple[int, int]:
        """How far two places go on alike: (lines, telling lines)."""
        size = telling = 0
        while n + size in numbers and self._is_alike(lines[n + size], (place[0], place[1] + size)):
            telling += not is_trivial(lines[n + size])
            size += 1
        return size, telling

    def _claim(
        self, lines: list[bytes], numbers: frozenset[int], n: int, place: Place, size: int
    ) -> dict[int, Owner]:
        """The lines of a block, with the blanks and brackets directly before it that left with it."""
        at, line = place
        while n - 1 in numbers and self._is_alike(lines[n - 1], (at, line - 1)):
            n, line, size = n - 1, line - 1, size + 1
        owners = {n + k: self._owners[at][line + k] for k in range(size)}
        self._used.update(owners.values())
        return owners

    def _is_alike(self, text: bytes, place: Place) -> bool:
        return self._is_free(place) and self._shed[place[0]][place[1]] == text

    def _is_free(self, place: Place) -> bool:
        owner = self._owners[place[0]].get(place[1])
        return owner is not None and owner not in self._used


def _bare(line: bytes) -> bytes:
    """A line without its end: the last one of a file may lack it."""
    return line.rstrip(b"\r\n")
