"""What git puts aside and brings back: lines are whose they were, and nothing that only looks like them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import fold
from gitprov.attribution.outcome import outcome
from gitprov.attribution.recall import develop, put_aside, reach, restore
from gitprov.attribution.state import NOBODY, Folded, begin
from gitprov.model.lines import split_lines
from tests.attribution.contents import SMALL
from tests.attribution.test_fold import CHAINS, EDITS, Edit, ai, check_origins, human, sources, steps
from tests.attribution.test_outcome import said, told

BASE = told([1, 2, 3])
#: A model's two lines, and one of them.
BOTH, ONE = told([1, 2, 50, 51, 3]), told([1, 2, 50, 3])


def stashed(aside: bytes = BOTH, other: bytes = told([9, 1, 2, 3])) -> Folded:
    """A model's lines were put aside before another one added a line on top of the base."""
    state = put_aside(fold(begin(BASE), [ai(0, BASE, aside)]), aside)
    return fold(state, [ai(1, BASE, other)])


def test_what_was_put_aside_comes_back() -> None:
    """Onto a file that another edit has changed since: at once, or before the next edit."""
    back = told([9, 1, 2, 50, 51, 3])
    assert sources(reach(stashed(), back)) == [1, -1, -1, 0, 0, -1]
    later = fold(stashed(), [ai(2, back, back + told([10]))])
    assert sources(later) == [1, -1, -1, 0, 0, -1, 2]


def test_one_line_comes_back_between_its_neighbours() -> None:
    """A single line is known by the lines around it, however these are indented; elsewhere it is somebody's."""
    state = stashed(ONE)
    assert sources(reach(state.copy(), told([9, 1, 2, 50, 3]))) == [1, -1, -1, 0, -1]
    indented = told([9, 1]) + b"  " + told([2]) + told([50, 3])
    assert sources(reach(state.copy(), indented)) == [1, -1, -1, 0, -1]
    assert sources(reach(state.copy(), told([9, 50, 1, 2, 3]))) == [1, -2, -1, -1, -1]


def test_one_of_many_lines_is_a_likeness() -> None:
    """A line of a block that was put aside, standing alone below another line, is somebody's own."""
    state = stashed(told([1, 2, 50, 51, 52, 53, 3]))
    assert sources(reach(state, told([9, 1, 2, 77, 52, 78, 3]))) == [1, -1, -1, -2, -2, -2, -1]


def test_what_left_the_file_again_does_not_come_back() -> None:
    """After it was brought back and taken away, by a recorded edit or by anybody, who types it wrote it."""
    back = told([9, 1, 2, 50, 51, 3])
    recorded = fold(stashed(), [human(2, back, told([9, 1, 2, 3]))])
    assert sources(reach(recorded, back)) == [1, -1, -1, -2, -2, -1]
    seen = fold(
        stashed(), [ai(2, back, back + told([10])), ai(3, told([9, 1, 2, 3]), told([9, 1, 2, 3, 11]))]
    )
    assert sources(reach(seen, told([9, 1, 2, 50, 51, 3, 11]))) == [1, -1, -1, -2, -2, -1, 3]


def test_what_is_put_aside_again_comes_back() -> None:
    """Each time that it is put aside the lines are whose they are then."""
    back = told([9, 1, 2, 50, 51, 3])
    state = put_aside(fold(stashed(), [ai(2, back, back + told([10]))]), back)
    state = fold(state, [ai(3, BASE, told([8, 1, 2, 3]))])
    assert sources(reach(state, told([8, 1, 2, 50, 51, 3]))) == [3, -1, -1, 0, 0, -1]


def test_a_spent_line_stays_nobodys() -> None:
    """What a commit holds already, or was thrown away, does not come out of a stash as the model's."""
    state = put_aside(fold(begin(BASE, spent={0: [3, 4]}), [ai(0, BASE, BOTH)]), BOTH)
    state = fold(state, [ai(1, BASE, told([9, 1, 2, 3]))])
    assert sources(reach(state, told([9, 1, 2, 50, 51, 3]))) == [1, -1, -1, -2, -2, -1]


def test_what_git_brings_back_is_not_replaced_any_more() -> None:
    """The index's content is written into the file: replaced lines are back, and wait for a commit of their own."""
    first, second = told([1, 2, 3]), told([4])
    state = fold(begin(b""), [ai(0, b"", first), ai(1, first, second)])
    mixed = told([1, 3])
    assert sources(restore(state.copy(), mixed)) == [0, 0]
    assert sources(reach(state.copy(), mixed)) == [-2, -2]
    state = restore(state, mixed)
    result = outcome(state, told([1]), hunks(b"", told([1])), mixed, {})
    assert said(result) == {"ai": {0: "1"}}
    assert (str(result.tallies[0].pending), str(result.tallies[0].replaced)) == ("3", "2")


def test_what_somebody_typed_before_git_wrote_the_file_stays_theirs() -> None:
    """Only lines that git's writing brought are looked for; those that the file had are whose they were."""
    first, second = told([1, 2, 3]), told([4])
    state = fold(begin(b""), [ai(0, b"", first), ai(1, first, second)])
    state = develop(state, told([4, 2]))
    assert sources(restore(state, told([1, 4, 2]))) == [0, 1, -2]


def test_a_stash_is_not_dropped() -> None:
    """What stands in a stash is pending, though the file has gone another way since."""
    state = stashed()
    tallies = outcome(state, state.content, hunks(BASE, state.content), state.content, {}, [BOTH]).tallies
    assert (str(tallies[0].pending), str(tallies[0].dropped)) == ("3-4", "")


@pytest.mark.slow
@given(SMALL, EDITS | CHAINS, st.lists(SMALL, max_size=3), SMALL)
def test_nothing_is_invented(base: bytes, edits: list[Edit], asides: list[bytes], later: bytes) -> None:
    """Whatever was put aside: each line has an origin of that text, and whoever had one without that keeps it."""
    state = begin(base)
    for n, step in enumerate(steps(edits)):
        if n < len(asides):
            state = put_aside(state, asides[n])
        state = fold(state, [step])
    plain = develop(state.copy(), later).origins
    state = reach(state, later)
    assert len(state.origins) == len(split_lines(later))
    assert [one for one in zip(plain, state.origins, strict=True) if one[0] not in (one[1], NOBODY)] == []
    texts = {step.source: split_lines(step.after) for step in steps(edits)}
    check_origins(state, {-1: split_lines(base), **texts})


@pytest.mark.slow
@given(SMALL, CHAINS, SMALL)
def test_git_may_write_anything(base: bytes, edits: list[Edit], later: bytes) -> None:
    """A file that git wrote has one origin a line, and what stands in it is not replaced."""
    state = restore(fold(begin(base), steps(edits)), later)
    assert len(state.origins) == len(split_lines(later))
    assert not state.superseded & {(source, line, False) for source, line, _ in state.origins}
