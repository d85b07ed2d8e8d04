"""The lives of lines: hunks move, shorten and end claims; merges take those of all parents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.lives import (
    Birth,
    FileStep,
    HistoryStep,
    Lives,
    Segment,
    Segments,
    advance,
    removed,
    united,
)
from gitprov.model.ranges import Hunk


def lines_of(segments: Segments) -> dict[int, tuple[int, int]]:
    """Line of the file → (claim, line of the claim)."""
    return {part.start + n: (part.birth, part.offset + n) for part in segments for n in range(part.size)}


def test_hunks_move_shorten_and_end_segments() -> None:
    """Each row: hunks, the living lines after them, the removed lines."""
    whole = [Segment(2, 4, 0, 0)]
    table: list[tuple[list[Hunk], Segments, Segments]] = [
        ([], whole, []),
        ([Hunk(0, 0, 0, 3)], [Segment(5, 4, 0, 0)], []),
        ([Hunk(0, 2, 0, 0)], [Segment(0, 4, 0, 0)], []),
        ([Hunk(4, 0, 4, 2)], [Segment(2, 2, 0, 0), Segment(6, 2, 0, 2)], []),
        ([Hunk(3, 1, 3, 1)], [Segment(2, 1, 0, 0), Segment(4, 2, 0, 2)], [Segment(3, 1, 0, 1)]),
        ([Hunk(1, 9, 1, 0)], [], [Segment(2, 4, 0, 0)]),
        ([Hunk(6, 2, 6, 5)], whole, []),
        ([Hunk(0, 3, 0, 1), Hunk(5, 1, 3, 0)], [Segment(1, 2, 0, 1)], [Segment(2, 1, 0, 0), Segment(5, 1, 0, 3)]),
    ]  # fmt: skip
    for hunks, alive, dead in table:
        assert advance(whole, hunks) == (alive, dead), hunks


HUNKS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 4)), max_size=5)


@given(HUNKS, st.lists(st.integers(0, 39), unique=True, max_size=20))
def test_hunks_do_what_a_list_does(steps: list[tuple[int, int, int]], claimed: list[int]) -> None:
    """The same lines live where a list of lines has them after the hunks."""
    hunks, old, new = [], 0, 0
    content: list[int | None] = list(range(60))
    expected: list[int | None] = []
    for gap, removes, adds in steps:
        expected += content[old : old + gap]
        old, new = old + gap, new + gap
        if removes or adds:
            hunks.append(Hunk(old, removes, new, adds))
        expected += [None] * adds
        old, new = old + removes, new + adds
    expected += content[old:]
    segments = [Segment(line, 1, line, 0) for line in sorted(claimed)]
    alive, dead = advance(segments, hunks)
    places = {line: n for n, line in enumerate(expected) if line is not None}
    assert {part.birth: part.start for part in alive} == {
        line: places[line] for line in claimed if line in places
    }
    assert {part.birth for part in dead} == {line for line in claimed if line not in places}


def test_the_first_of_two_segments_has_a_line() -> None:
    """A line that both sides claim stays with the first; the rest of the other is cut around it."""
    first, other = [Segment(3, 2, 0, 0), Segment(8, 1, 0, 5)], [Segment(1, 9, 1, 0)]
    both = united(first, other)
    assert [(part.start, part.size, part.birth, part.offset) for part in both] == [
        (1, 2, 1, 0), (3, 2, 0, 0), (5, 3, 1, 4), (8, 1, 0, 5), (9, 1, 1, 8),
    ]  # fmt: skip
    assert united([], other) == other
    assert united(first, []) == first


def birth(oid: str, first: int, lines: int, path: str = "a") -> Birth:
    """A claim of a commit."""
    return Birth(oid, path, first, lines, "ai", "gen", 0)


def step(oid: str, at: int, *changes: tuple[FileStep, ...]) -> HistoryStep:
    """A commit."""
    return HistoryStep(oid, at, changes)


def test_a_history_with_a_merge() -> None:
    """Lines of a side branch arrive with the merge; what one side removed is dead since then."""
    lives = Lives()
    root = lives.follow(step("r", 1, (FileStep("a", "a", (Hunk(0, 0, 0, 4),)),)), [{}], [birth("r", 1, 4)])
    left = lives.follow(step("x", 2, (FileStep("a", "a", (Hunk(0, 1, 0, 0),)),)), [root], [])
    added = (FileStep("a", "a", (Hunk(4, 0, 4, 2),)), FileStep("b", "b", (Hunk(0, 0, 0, 1),)))
    right = lives.follow(step("y", 3, added), [root], [birth("y", 5, 2), birth("y", 1, 1, "b")])
    against_left = (FileStep("a", "a", (Hunk(3, 0, 3, 2),)), FileStep("b", "b", (Hunk(0, 0, 0, 1),)))
    against_right = (FileStep("a", "a", (Hunk(0, 1, 0, 0),)),)
    merge = lives.follow(step("m", 9, against_left, against_right), [left, right], [])
    assert lines_of(merge["a"]) == {0: (0, 1), 1: (0, 2), 2: (0, 3), 3: (1, 0), 4: (1, 1)}
    assert lines_of(merge["b"]) == {0: (2, 0)}
    dead = removed(lives, [part for segments in merge.values() for part in segments])
    assert [(death.birth, death.offset, death.size, death.killer) for death in dead] == [(0, 0, 1, "x")]


def test_renames_and_removed_files() -> None:
    """A renamed file keeps its claims under the new path; a removed one ends them."""
    lives = Lives()
    root = lives.follow(step("r", 1, (FileStep("a", "a", (Hunk(0, 0, 0, 3),)),)), [{}], [birth("r", 1, 3)])
    moved = lives.follow(step("n", 2, (FileStep("a", "c", (Hunk(1, 1, 1, 1),)),)), [root], [])
    assert moved == {"a": [], "c": [Segment(0, 1, 0, 0), Segment(2, 1, 0, 2)]}
    gone = lives.follow(step("d", 3, (FileStep("c", None, (Hunk(0, 3, 0, 0),)),)), [moved], [])
    assert gone == {"c": []}
    dead = removed(lives, [])
    assert [(death.offset, death.size, death.killer, death.path) for death in dead] == [
        (0, 1, "d", "c"), (1, 1, "n", "c"), (2, 1, "d", "c"),
    ]  # fmt: skip


def test_a_claim_is_born_only_where_its_lines_are_new() -> None:
    """Of a claim, the lines count that the commit adds against every parent; one without any is not born."""
    lives = Lives()
    adds = (FileStep("a", "a", (Hunk(0, 0, 0, 2), Hunk(0, 0, 4, 3))),)
    fewer = (FileStep("a", "a", (Hunk(0, 0, 1, 5),)), FileStep("b", None, (Hunk(0, 1, 0, 0),)))
    claims = [birth("m", 6, 9), birth("m", 1, 5), birth("m", 1, 3, "b")]
    changed = lives.follow(step("m", 1, adds, fewer), [{}, {}], claims)
    assert lines_of(changed["a"]) == {1: (0, 0), 4: (1, 0), 5: (2, 0)}
    assert [(row.first, row.lines) for row in lives.births] == [(2, 1), (5, 1), (6, 1)]
    assert "b" not in changed
