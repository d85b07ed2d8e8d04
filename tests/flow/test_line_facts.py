"""Facts of runs of lines, from the claims of one file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.flow.read.line_facts import _Claims
from gitprov.model.answers.blame import UNKNOWN
from gitprov.model.notes.note import Claim
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet

LINES = st.integers(1, 30)


@pytest.mark.slow
@given(st.lists(st.sets(LINES), max_size=4), LINES, st.integers(0, 30))
def test_a_run_has_the_facts_of_each_of_its_lines(sets: list[set[int]], first: int, size: int) -> None:
    """The first claim that has a line gives its facts; a line without a claim is unknown."""
    claims = [Claim(LineSet(lines), "ai", TraceRow.make(f"gen_{n}")) for n, lines in enumerate(sets)]
    facts = _Claims(claims, UNKNOWN).of_run(first, size)
    traces = [
        next((f"gen_{n}" for n, lines in enumerate(sets) if line in lines), None)
        for line in range(first, first + size)
    ]
    assert [fact.trace for fact in facts] == traces
