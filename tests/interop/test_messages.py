"""What git's own messages say of other commits."""

from __future__ import annotations

import pytest

from gitprov.interop.messages import picked, reverted, squashed

A, B = "a" * 40, "b" * 40
LONG = "c" * 64

MESSAGE = f"""\
Subject

(cherry picked from commit {A})
(cherry picked from commit {LONG})
This reverts commit {B}, reversing
changes made to {A}.

commit {A}
Author: somebody
    commit {B}
commit {LONG}
"""


def test_each_says_its_own() -> None:
    """Picks in the order of the text, reverts, and what a squash lists with the oldest first."""
    assert picked(MESSAGE) == [A, LONG]
    assert reverted(MESSAGE) == [B]
    assert squashed(MESSAGE) == [LONG, A]


@pytest.mark.parametrize(
    "text", ["", "commit abc", f"see (cherry picked from commit {A})", f"commit {A}0", f"commit {A[1:]}"]
)
def test_nothing_else_is_a_commit(text: str) -> None:
    """Shortened ids, ids of another length and words inside a line name nothing."""
    assert (picked(text), reverted(text), squashed(text)) == ([], [], [])
