"""Lines reported as dropped: when they are back, and when something only looks like them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.recall import gone_for_good
from gitprov.model.lines import count_lines
from gitprov.model.ranges import LineSet

AFTER = b"def f(x):\n    result = []\n    return result\n"
CONTENTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"}\n", b"\n"]), max_size=12).map(b"".join)


def test_a_likeness_elsewhere_is_not_a_return() -> None:
    """The same text below another line is somebody's own."""
    other = b"def g(y):\n    result = y\n    return result\n"
    assert gone_for_good(LineSet([3]), AFTER, other) == LineSet([3])


def test_a_line_in_its_old_place_is_back() -> None:
    """With its neighbours around it, and at the edges of the file with nothing there."""
    assert gone_for_good(LineSet([1, 2, 3]), AFTER, AFTER) == LineSet()
    assert gone_for_good(LineSet([3]), AFTER, AFTER + b"more\n") == LineSet([3])


def test_a_mark_beyond_the_content_is_gone() -> None:
    """A damaged mark names lines that never were."""
    assert gone_for_good(LineSet([4, 9]), AFTER, AFTER) == LineSet([4, 9])


@given(CONTENTS, CONTENTS)
def test_only_dropped_lines_are_judged_and_all_return_with_the_content(after: bytes, content: bytes) -> None:
    """The answer is a part of what was asked; nothing is gone from its own content, all of it from an empty one."""
    every = LineSet(range(1, count_lines(after) + 1))
    assert gone_for_good(every, after, content) - every == LineSet()
    assert gone_for_good(every, after, after) == LineSet()
    assert gone_for_good(every, after, b"") == every
    assert gone_for_good(LineSet(), after, content) == LineSet()
