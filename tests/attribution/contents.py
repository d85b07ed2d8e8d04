"""Contents that are hard on a diff: few different lines, repetition, missing newlines, carriage returns."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from gitprov.model.lines import split_lines
from gitprov.model.ranges import Hunk

LINES = [b"a\n", b"b\n", b"\n", b"}\n", b"    }\n", b"    if x:\n", b"        y = 1\n", b"a\r\n", b"\r\n"]


def ended(lines: list[bytes], whole: bool) -> bytes:
    """The content, its last newline taken away where it shall not be whole."""
    data = b"".join(lines)
    return data if whole else data[:-1]


SMALL = st.builds(ended, st.lists(st.sampled_from(LINES), max_size=14), st.booleans())
"""Short contents of few different lines."""


def big(seed: int) -> tuple[bytes, bytes]:
    """Two versions of a content of up to 1,500 lines: repetition, periods, many or few edits, all by chance."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    size = chance.choice([3, 10, 60, 400, 700, 1500])
    few = [b"%d\n" % k for k in range(chance.choice([1, 2, 3, 20]))] + LINES[2:6]
    if chance.random() < 0.3:
        few = [line[:-1] + b"\r\n" for line in few]
    repetition = chance.random()
    old = [
        chance.choice(few) if chance.random() < repetition else b"line %d\n" % chance.randrange(size)
        for _ in range(size)
    ]
    if chance.random() < 0.2:
        old = (old[: chance.randrange(1, 8)] * size)[:size]
    new = list(old)
    for _ in range(chance.randrange(1, 5)):
        at, most = chance.randrange(len(new) + 1), chance.choice([1, 2, 8, 60])
        gone, come = chance.randrange(most + 1), chance.randrange(most + 1)
        new[at : at + gone] = [chance.choice(few + old[:20] + old[-20:]) for _ in range(come)]
    return ended(old, chance.random() < 0.8), ended(new, chance.random() < 0.8)


def slid(seed: int) -> tuple[bytes, bytes]:
    """Two contents, one of which has a run of lines more that mostly could stand in several places."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    depths = [b"", b"", b"    ", b"\t", b"  \t", b" " * 199, b"\r", b"\f", b"\v "]
    few = [chance.choice(depths) + chance.choice([b"", b"", b"a", b"}"]) + b"\n" for _ in range(5)]
    lines = [
        chance.choice(few[: chance.randrange(1, 6)]) for _ in range(chance.choice([0, 1, 3, 8, 30, 150, 600]))
    ]
    at, size = chance.randrange(len(lines) + 1), chance.choice([1, 2, 3, 5, 40, 130])
    near = chance.choice([lines[max(0, at - size) : at], lines[at : at + size], few])
    short, long = (b"".join(lines), b"".join([*lines[:at], *near, *lines[at:]]))
    return (short, long) if chance.random() < 0.5 else (long, short)


def applied(old: bytes, new: bytes, hunks: list[Hunk]) -> bytes:
    """`old` with its hunks replaced by those of `new`."""
    lines, fresh = split_lines(old), split_lines(new)
    for hunk in reversed(hunks):
        lines[hunk.old_start : hunk.old_end] = fresh[hunk.new_start : hunk.new_end]
    return b"".join(lines)
