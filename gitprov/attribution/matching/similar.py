"""The similarity of two lines, by their common words."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: From this share of common words on a line is a rewording (Dice coefficient over the words of both lines).
SIMILAR = 0.5

#: A word, in UTF-8 or any other encoding that keeps ASCII.
WORD = re.compile(rb"[\w\x80-\xff]+")


def similarity(a: bytes, b: bytes) -> float:
    """Share of common words of two lines, 0 to 1; 0 where one has no words."""
    return dice(words_of(a), words_of(b))


def words_of(line: bytes) -> frozenset[bytes]:
    """The words of a line; a repeated word is in the set as often, each time with one more space after it."""
    return bag_of(WORD.findall(line))


def bag_of(words: Sequence[bytes]) -> frozenset[bytes]:
    """Words as `words_of` has them."""
    bag = frozenset(words)
    if len(bag) == len(words):
        return bag
    counts: dict[bytes, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return bag.union(word + b" " * n for word, count in counts.items() for n in range(1, count))


def dice(a: frozenset[bytes], b: frozenset[bytes]) -> float:
    """Share of common words of two lines, 0 to 1, from the results of `words_of`."""
    return 2 * len(a & b) / (len(a) + len(b) or 1)
