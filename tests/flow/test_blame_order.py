"""Lines come in order and early: the law behind streaming."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gitprov.flow.read.blame import in_order
from gitprov.model.answers.blame import UNKNOWN, Line


def line(number: int) -> Line:
    """A line of which only the number matters."""
    return Line(number, "0" * 40, "a", number, UNKNOWN, b"")


@st.composite
def findings(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """Runs of lines, and the same lines in any order, in pieces."""
    numbers = sorted(draw(st.sets(st.integers(1, 60), min_size=1)))
    runs = [(number, number) for number in numbers]
    order = draw(st.permutations(numbers))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)))) | {0, len(order)})
    return runs, [order[a:b] for a, b in pairwise(cuts)]


@given(findings())
def test_each_line_as_soon_as_it_can(found: tuple[list[tuple[int, int]], list[list[int]]]) -> None:
    """After each piece, exactly the lines are out before which nothing is missing; in the end all are."""
    runs, pieces = found
    wanted = [first for first, _ in runs]
    given_so_far: list[int] = []

    def feed() -> Iterator[list[Line]]:
        for piece in pieces:
            known = set(given_so_far)
            prefix = next((n for n, number in enumerate(wanted) if number not in known), len(wanted))
            assert len(out) == prefix
            given_so_far.extend(piece)
            yield [line(number) for number in piece]

    out: list[int] = []
    for piece in in_order(feed(), runs):
        assert piece
        out += [one.line for one in piece]
    assert out == wanted


@given(findings())
def test_unknown_runs_wait_for_the_end(found: tuple[list[tuple[int, int]], list[list[int]]]) -> None:
    """Where nobody knows which lines will come, they come together, in order."""
    runs, pieces = found
    answer = list(in_order(([line(number) for number in piece] for piece in pieces), None))
    assert [one.line for one in answer[0]] == [first for first, _ in runs]
    assert len(answer) == 1
