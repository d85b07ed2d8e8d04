"""Blocks that were moved to another file: claimed whole, once, and only where the text is exact."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.fold import fold
from gitprov.attribution.matching.moved_block import (
    Owner,
    RemovedLines,
    UnclaimedLines,
    arrivals,
    shed,
)
from gitprov.attribution.outcome import outcome
from gitprov.attribution.state import FoldStep, begin
from gitprov.model.lines import LEAST_BLOCK, is_trivial, split_lines

BLOCK = b"def f(x):\n    total = g(x)\n\n    for item in total:\n        show(item)\n"


def gone(text: bytes, source: int = 0, path: str = "a.py") -> RemovedLines:
    """A content of which every line left its file."""
    lines = split_lines(text)
    return RemovedLines(lines, {n: (path, (source, n, False)) for n in range(len(lines))})


def vacant(text: bytes) -> UnclaimedLines:
    """A content of which nobody claims a line."""
    lines = split_lines(text)
    return UnclaimedLines(lines, frozenset(range(len(lines))))


def numbers(found: dict[int, Owner]) -> dict[int, int]:
    """Line → line of the source."""
    return {n: owner[1][1] for n, owner in found.items()}


def test_a_block_is_claimed_whole() -> None:
    """A block among other lines is whose it was, the blank line inside it too; what is around it is not."""
    (found,) = arrivals(
        [gone(b"x = 1\n" + BLOCK + b"y = 2\n")], [vacant(b"import os\n" + BLOCK + b"z = 3\n")]
    )
    assert numbers(found) == {n: n for n in range(1, 6)}


def test_two_telling_lines_are_too_few() -> None:
    """Blanks and brackets do not make a block of two lines one of three."""
    text = b"alpha(x)\n\n{\nbeta(y)\n}\n"
    assert arrivals([gone(text)], [vacant(text)]) == [{}]


def test_lines_must_follow_each_other() -> None:
    """Three lines with another between them are no block."""
    assert arrivals([gone(b"a1\nb2\nc3\n")], [vacant(b"a1\nb2\nnew\nc3\n")]) == [{}]


def test_a_block_is_claimed_once() -> None:
    """The second copy of a block is nobody's, in the same file and in another one."""
    first, second = arrivals([gone(BLOCK)], [vacant(BLOCK + BLOCK), vacant(BLOCK)])
    assert sorted(first) == [0, 1, 2, 3, 4]
    assert second == {}


def test_two_blocks_make_two_copies() -> None:
    """What left two files came to two places."""
    found = arrivals([gone(BLOCK, 0, "a.py"), gone(BLOCK, 1, "b.py")], [vacant(BLOCK), vacant(BLOCK)])
    assert [set(one.values()) for one in found] == [
        {("a.py", (0, n, False)) for n in range(5)},
        {("b.py", (1, n, False)) for n in range(5)},
    ]


def test_what_stays_is_not_moved() -> None:
    """A block of which a line still stands in its file ends there."""
    whole = gone(b"a1\nb2\nc3\nd4\ne5\nf6\n")
    part = RemovedLines(whole.lines, {n: owner for n, owner in whole.owners.items() if n != 2})
    (found,) = arrivals([part], [vacant(b"a1\nb2\nc3\nd4\ne5\nf6\n")])
    assert numbers(found) == {3: 3, 4: 4, 5: 5}


def test_the_longer_block_is_taken() -> None:
    """Of two places that begin alike, the one that goes on longer is the source."""
    head = b"import a\nimport b\nimport c\n"
    (found,) = arrivals([gone(head, 0), gone(head + BLOCK, 1)], [vacant(head + BLOCK)])
    assert {owner[1][0] for owner in found.values()} == {1}


def test_brackets_before_a_block_come_with_it() -> None:
    """A bracket that stood directly above a block is part of it; a last line may lack its end."""
    text = b"{\n" + BLOCK.rstrip(b"\n")
    (found,) = arrivals([gone(text + b"\nmore\n")], [vacant(text)])
    assert sorted(found) == list(range(6))


LINES = st.lists(st.sampled_from([b"aa\n", b"bb\n", b"cc\n", b"dd\n", b"\n", b"}\n"]), max_size=14)


@given(st.lists(LINES, max_size=3), st.lists(LINES, max_size=3))
def test_claims_are_exact_and_single(old: list[list[bytes]], new: list[list[bytes]]) -> None:
    """Each claimed line has the text of its source, no source is claimed twice, and each file's runs hold three telling lines."""
    sources = [gone(b"".join(lines), n, str(n)) for n, lines in enumerate(old)]
    places = [vacant(b"".join(lines)) for lines in new]
    found = arrivals(sources, places)
    owners = [owner for one in found for owner in one.values()]
    assert len(owners) == len(set(owners))
    for place, one in zip(places, found, strict=True):
        for n, (path, origin) in one.items():
            assert place.lines[n] == sources[int(path)].lines[origin[1]]
        if one:
            assert sum(not is_trivial(place.lines[n]) for n in one) >= LEAST_BLOCK


def test_what_left_a_file_is_read_off_its_tallies() -> None:
    """Dropped lines are found in the last content that had them, an edit that somebody's move came before included."""
    other = b"def keep():\n    return 7\n"
    steps = [
        FoldStep(0, b"", BLOCK + other, human=False),
        FoldStep(1, other, other + b"last = 1\n", human=False),
    ]
    state = fold(begin(b"", other), steps)
    tallies = outcome(state, other + b"last = 1\n", [], other + b"last = 1\n", {}).tallies
    (left,) = shed("a.py", state, tallies)
    assert left.owners == {n: ("a.py", (0, n, False)) for n in range(5)}
    assert shed("a.py", state, {}) == ()


def test_many_equal_lines_take_no_time() -> None:
    """Twenty thousand lines, of which most are equal, are compared at few places each."""
    lines = b"same same\n" * 10_000 + b"".join(b"line %d\n" % n for n in range(10_000))
    (found,) = arrivals([gone(lines)], [vacant(b"other\n" + lines)])
    assert len(found) == 20_000
