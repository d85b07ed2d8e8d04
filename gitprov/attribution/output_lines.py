"""Recognizes lines of a model's output among the lines that came into a file: whole lines, each once."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Sequence

from gitprov.model.lines import is_trivial, split_lines

FENCE = b"\n"
"""Stands for the line of a fence; no line of a file is equal to it."""
_FENCE = re.compile(rb"[ \t]{0,3}(?:`{3,}|~{3,})[^`]*\Z")


def plain_lines(content: bytes) -> list[bytes]:
    """The lines of a content without line ends."""
    return [line.rstrip(b"\r\n") for line in split_lines(content)]


def output_lines(output: bytes) -> list[bytes]:
    """The lines of an output without line ends; a line that opens or closes a fence is FENCE."""
    return [FENCE if _FENCE.match(line) else line for line in plain_lines(output)]


def match(
    lines: Sequence[bytes], new: Collection[int], output: Sequence[bytes], spent: Collection[int]
) -> dict[int, int]:
    """Line number → position in the output, for the lines of a file that are the output's; both 0-based.

    `new` are the numbers of the lines that came into the file, `spent` the positions that other lines have.
    A line with words is the output's if it equals a free line of it, the one after its upper neighbour's
    first. A line without words is the output's only beside a neighbour that is, in both.
    """
    free = _Free(output, spent)
    pairs: dict[int, int] = {}
    ordered = sorted(new)
    for n in ordered:
        if not is_trivial(lines[n]):
            above = pairs.get(n - 1, -2)
            position = above + 1 if free.has(above + 1, lines[n]) else free.first(lines[n])
            free.take(pairs, n, position)
    for step, numbers in ((1, ordered), (-1, ordered[::-1])):
        for n in numbers:
            beside = pairs.get(n - step)
            if n not in pairs and beside is not None and free.has(beside + step, lines[n]):
                free.take(pairs, n, beside + step)
    return pairs


def has_free_words(output: Sequence[bytes], spent: Collection[int]) -> bool:
    """Whether an output has a line with words whose position is free."""
    return any(n not in spent and not is_trivial(line) for n, line in enumerate(output))


class _Free:
    """The positions of an output that no line of a file has."""

    def __init__(self, output: Sequence[bytes], spent: Collection[int]) -> None:
        self._output = output
        self._taken = set(spent)
        self._positions: dict[bytes, deque[int]] = {}
        for position, line in enumerate(output):
            if position not in self._taken and not is_trivial(line):
                self._positions.setdefault(line, deque()).append(position)

    def has(self, position: int, line: bytes) -> bool:
        """Whether a position is free and has this line."""
        return (
            0 <= position < len(self._output)
            and position not in self._taken
            and self._output[position] == line
        )

    def first(self, line: bytes) -> int | None:
        """The first free position with this line, None if there is none."""
        positions = self._positions.get(line, deque())
        while positions and positions[0] in self._taken:
            positions.popleft()
        return positions[0] if positions else None

    def take(self, pairs: dict[int, int], n: int, position: int | None) -> None:
        """Pair a line of the file with a position, if there is one."""
        if position is not None:
            pairs[n] = position
            self._taken.add(position)
