"""The plug-in protocol's reports."""

from __future__ import annotations

import pytest

from gitprov.agents.payloads.protocol import StatedContent, moment, read


def test_a_small_report() -> None:
    """Agent and path are enough; contents left out are not the same as contents that are null."""
    one = read({"path": "a", "agent": "x", "before": None})
    assert (one.type, one.path, one.agent, one.model) == ("ai", "a", "x", None)
    assert one.before == StatedContent(present=True, text=None)
    assert one.after == StatedContent(present=False, text=None)


def test_a_person_needs_no_agent() -> None:
    """A human report names its author, or nobody."""
    assert read({"type": "human", "path": "a", "human": "A <a@x>"}).human == "A <a@x>"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (7, "not an object but int"),
        ({"v": 2, "path": "a"}, "v is 2"),
        ({"type": "robot", "path": "a"}, "neither ai nor human"),
        ({"agent": "x"}, "path is missing"),
        ({"path": "a"}, "agent is missing"),
        ({"path": "a", "agent": "x", "model": 7}, "model is not text but int"),
        ({"path": "a", "agent": "x", "params": []}, "params is not an object but list"),
        ({"path": "a", "agent": "x", "after": 7}, "after is not text but int"),
        ({"path": "a", "agent": "x", "at": "yesterday"}, "at is not a moment"),
    ],
)
def test_wrong_reports_name_the_field(row: object, words: str) -> None:
    """A report that breaks the protocol says where."""
    with pytest.raises(ValueError, match=words):
        read(row)


def test_moments_are_cut_to_the_second() -> None:
    """Fractions of a second are dropped; local times are refused."""
    assert moment("2026-02-01T10:00:04.123Z") == "2026-02-01T10:00:04Z"
    assert moment(None) is None
    with pytest.raises(ValueError, match="UTC"):
        moment("2026-02-01T10:00:04+01:00")


def test_reports_of_one_generation() -> None:
    """Reports with equal prompt, parameters and session speak of one generation, others do not."""
    one = {"path": "a", "agent": "x", "prompt": "p", "params": {"t": 1}}
    assert read(one).generation == read({**one, "path": "b"}).generation
    assert read(one).generation != read({**one, "params": {"t": 2}}).generation
