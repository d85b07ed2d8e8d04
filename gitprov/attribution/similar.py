"""How much two lines resemble each other: by the words that both have."""

from __future__ import annotations

import re

#: At and above this share of common words a line is a rewording (Dice coefficient over the words of both lines).
SIMILAR = 0.5

#: A word, in UTF-8 or any other encoding that keeps ASCII.
WORD = re.compile(rb"[\w\x80-\xff]+")


def similarity(a: bytes, b: bytes) -> float:
    """Share of common words of two lines, 0 to 1; 0 where one has no words."""
    return dice(words_of(a), words_of(b))


def words_of(line: bytes) -> dict[bytes, int]:
    """Word → how often a line has it."""
    counts: dict[bytes, int] = {}
    for word in WORD.findall(line):
        counts[word] = counts.get(word, 0) + 1
    return counts


def dice(a: dict[bytes, int], b: dict[bytes, int]) -> float:
    """Share of common words of two counts, 0 to 1."""
    common = 0
    for word, count in a.items():
        other = b.get(word, 0)
        common += min(other, count)
    total = sum(a.values()) + sum(b.values()) if common else 0
    return 2 * common / total if total else 0.0
