"""Line sets are Python's sets of whole numbers, with a text form."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.model.ranges import MAX_LINE, MAX_TEXT, LineSet, number_of, owners, repeated, shared_out, union

NUMBERS = st.sets(st.integers(1, 60))
RUNS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))
)


def members(runs: list[tuple[int, int]]) -> set[int]:
    """What (first, last) pairs hold."""
    return {n for first, last in runs for n in range(first, last + 1)}


@given(NUMBERS)
def test_text_form_comes_back(numbers: set[int]) -> None:
    """Reading what was written gives the same set, and writing that gives the same text."""
    lines = LineSet(numbers)
    assert LineSet.parse(str(lines)) == lines
    assert str(LineSet.parse(str(lines))) == str(lines)
    assert sorted(numbers) == list(lines)


@pytest.mark.slow
@given(RUNS)
def test_lines_of_a_text_are_counted_without_reading_it(runs: list[tuple[int, int]]) -> None:
    """A text that a LineSet wrote names as many lines as the set has."""
    lines = LineSet.of_runs(runs)
    assert number_of(str(lines)) == len(lines)


@given(RUNS)
def test_lines_of_any_text_are_counted(runs: list[tuple[int, int]]) -> None:
    """Runs in any order count as the set that they make; a text that is no range list counts nothing."""
    text = ",".join(f"{first}-{last}" for first, last in runs)
    assert number_of(text) == len(LineSet.of_runs(runs))
    assert number_of(f"{text},x") == number_of("0") == number_of(f"1-{MAX_LINE + 1}") == 0


@pytest.mark.slow
@given(st.lists(st.integers(0, MAX_LINE + 1), min_size=20))
def test_many_numbers_are_read_as_few_are(numbers: list[int]) -> None:
    """A long text of numbers alone is read in one go: the same set, or the same refusal."""
    text = ",".join(f"{n:05}" for n in numbers)
    if min(numbers) < 1 or max(numbers) > MAX_LINE:
        with pytest.raises(ValueError, match="not a line range"):
            LineSet.parse(text)
    else:
        assert LineSet.parse(text) == LineSet(numbers)
        assert LineSet.parse(text) == LineSet.of_runs((n, n) for n in numbers)


@given(RUNS)
def test_any_order_and_overlap_is_read(runs: list[tuple[int, int]]) -> None:
    """Runs may overlap, touch and come in any order; what is kept is disjoint, ascending and never touches."""
    lines = LineSet.parse(",".join(f"{first}-{last}" for first, last in runs))
    assert set(lines) == members(runs)
    assert lines == LineSet.of_runs(runs)
    assert all(a[1] + 1 < b[0] for a, b in pairwise(lines.runs))


@given(RUNS, RUNS)
def test_algebra_is_that_of_sets(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> None:
    """Union, difference, intersection, membership, length, truth, equality and hash agree with Python's sets."""
    ours, theirs = LineSet.of_runs(a), LineSet.of_runs(b)
    left, right = members(a), members(b)
    assert set(ours | theirs) == left | right
    assert set(ours - theirs) == left - right
    assert set(ours & theirs) == left & right
    assert (ours - theirs) | (ours & theirs) == ours
    assert all((n in ours) == (n in left) for n in range(75))
    assert len(ours) == len(left)
    assert bool(ours) == bool(left)
    assert (ours == theirs) == (left == right)
    assert hash(ours) == hash(LineSet(left))


def test_text_is_short() -> None:
    """A single line is `a`, a run `a-b`; the empty set is empty text; the representation shows the text."""
    assert str(LineSet([9, 1, 2, 3])) == "1-3,9"
    assert str(LineSet([4, 5])) == "4-5"
    assert str(LineSet()) == ""
    assert LineSet.parse("") == LineSet()
    assert repr(LineSet([7])) == "LineSet('7')"
    assert LineSet([1]) != {1}


@pytest.mark.parametrize(
    "text",
    ["0", "0-3", "3-1", "-1", "1-", "-", "a", "1,,2", ",", "1, 2", " 1", "1-2-3", "+1", "1.0", "1_0", "\u0661",
     "1-\u0662", "\u00b2", "9" * 30, f"1-{MAX_LINE + 1}", "1" * 5000],
)  # fmt: skip
def test_what_is_no_range_list_is_refused(text: str) -> None:
    """Zero, reversed and open runs, spaces, signs, foreign digits and numbers beyond any file raise ValueError."""
    with pytest.raises(ValueError, match=r"range|digits"):
        LineSet.parse(text)


@pytest.mark.parametrize("value", [None, 5, ["1"], b"1"])
def test_only_text_is_read(value: object) -> None:
    """A value of another type is a ValueError that names the type."""
    with pytest.raises(ValueError, match=type(value).__name__):
        LineSet.parse(value)  # type: ignore[arg-type]


def test_a_hostile_range_costs_nothing() -> None:
    """The widest range that is read takes no time to unite, cut and count: the work goes by runs, not by lines."""
    began = time.process_time()
    wide = LineSet.parse(f"1-{MAX_LINE}")
    odd = LineSet(range(1, 4001, 2))
    assert len(wide - odd) == MAX_LINE - 2000
    assert wide & odd == odd
    assert (wide - odd) | odd == wide
    assert not odd - wide
    assert MAX_LINE in wide
    assert time.process_time() - began < 1


@pytest.mark.slow
def test_many_runs_are_cut_in_one_pass() -> None:
    """Sets of 100,000 runs each are cut by walking along both, not by comparing each with each."""
    a, b = LineSet(range(1, 400_000, 4)), LineSet(range(3, 400_000, 4))
    began = time.process_time()
    assert a - b == a
    assert not a & b
    assert time.process_time() - began < 2


@given(st.lists(st.sets(st.integers(1, 20)), max_size=6))
def test_many_sets_at_once(sets: list[set[int]]) -> None:
    """Union, lines held twice, and who has a line first: as counted line by line."""
    made = [LineSet(one) for one in sets]
    lines = [n for one in sets for n in one]
    assert set(union(made)) == set(lines)
    assert set(repeated(made)) == {n for n in lines if lines.count(n) > 1}
    first = {n: next(k for k, one in enumerate(sets) if n in one) for n in lines}
    runs = owners(made)
    assert {n: k for a, b, k in runs for n in range(a, b + 1)} == first
    assert all(one[1] < other[0] for one, other in pairwise(runs))
    assert [set(one) for one in shared_out(made)] == [
        {n for n, k in first.items() if k == index} for index in range(len(sets))
    ]


def test_text_without_end_is_refused() -> None:
    """Range text is bounded, whatever it says."""
    with pytest.raises(ValueError, match="characters"):
        LineSet.parse("1," * MAX_TEXT + "1")
