"""Blocks of lines that were moved to another file: the exact text of the whole block identifies their owners.

A single line with the same text is no evidence, so a block has at least three telling lines (neither blank
nor brackets alone) without another line between them. A line that left a file once is claimed once; a copy of
lines that are still in their place has no owner.
"""

from collections.abc import Iterator, Mapping, Sequence

from gitprov.attribution.outcome import Tally
from gitprov.attribution.state import Folded, Origin
from gitprov.model.lines import LEAST_BLOCK, is_trivial, split_lines
from gitprov.model.named import NamedTuple

#: At most so many places with a block's first line are compared, so that files of equal lines stay quick.
_PLACES = 24

Place = tuple[int, int]
"""(number of a content, 0-based line in it)."""

Owner = tuple[str, Origin]
"""(path of the file that a line left, the line's origin in it)."""


class RemovedLines(NamedTuple):
    """A former content, and its lines that left the file: 0-based number → owner."""

    lines: Sequence[bytes]
    owners: Mapping[int, Owner]


class UnclaimedLines(NamedTuple):
    """A committed content, and its lines (0-based) that are new and unclaimed."""

    lines: Sequence[bytes]
    numbers: frozenset[int]


def shed(path: str, folded: Folded, tallies: Mapping[int, Tally]) -> tuple[RemovedLines, ...]:
    """The lines that left the file at `path`: dropped in its tallies, in the last contents with them."""
    gone = {(source, line - 1) for source, tally in tallies.items() for line in tally.dropped}
    removals = []
    for content, origins in _contents(folded) if gone else ():
        owners = {n: (path, origin) for n, origin in enumerate(origins) if origin[:2] in gone}
        if owners:
            removals.append(RemovedLines(split_lines(content), owners))
            gone.difference_update(origin[:2] for _, origin in owners.values())
    return tuple(removals)


def _contents(folded: Folded) -> Iterator[tuple[bytes, Sequence[Origin]]]:
    """The contents in the history of a fold, the newest first."""
    yield folded.content, folded.origins
    yield from ((version.content, version.origins) for version in reversed(folded.past))


def arrivals(shed: Sequence[RemovedLines], vacant: Sequence[UnclaimedLines]) -> list[dict[int, Owner]]:
    """For each of the `vacant` contents: line (0-based) → owner, for the blocks that came from other files.

    At each line the longest block is used, of equal ones that of the earliest content in `shed`.
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
        """The owners of one content's lines; later contents cannot use the same owners again."""
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
        """The place of the longest block that begins at line `n`, and its size in lines; size 0 for none."""
        best: tuple[Place, int] = ((0, 0), 0)
        free = (place for place in self._places[lines[n]] if self._is_free(place))
        for place, _ in zip(free, range(_PLACES), strict=False):
            size, telling = self._run(lines, numbers, n, place)
            if telling >= LEAST_BLOCK and size > best[1]:
                best = place, size
        return best

    def _run(self, lines: list[bytes], numbers: frozenset[int], n: int, place: Place) -> tuple[int, int]:
        """The length of the common run from two places on: (lines, telling lines)."""
        size = telling = 0
        while n + size in numbers and self._is_alike(lines[n + size], (place[0], place[1] + size)):
            telling += not is_trivial(lines[n + size])
            size += 1
        return size, telling

    def _claim(
        self, lines: list[bytes], numbers: frozenset[int], n: int, place: Place, size: int
    ) -> dict[int, Owner]:
        """The owners of a block, with the blanks and brackets directly before it that left with it."""
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
    """A line without its line end, which the last line of a file may lack."""
    return line.rstrip(b"\r\n")
