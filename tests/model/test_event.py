"""Events and turns: to JSON and back, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitprov.model.event import ContentRef, Event, InstructionFile, Problem, Turn

REF = ContentRef("sha256:" + "0a" * 32, 3)
EVENT = Event(
    seq=1, type="ai", path="a\udcff", before=None, after=REF, at="2026-02-01T10:00:04Z", subagent={"id": "x"}
)
TURN = Turn(
    key="k",
    turn="000001",
    prompt=REF,
    params={"t": 0.2},
    offset=0,
    instructions=(InstructionFile("CLAUDE.md", REF),),
    request_ids=("r",),
    tools=("t",),
    usage={"n": 1},
)


def test_an_event_comes_back_as_it_went() -> None:
    """JSON and back is the same event, unknown fields included, odd paths too."""
    row = json.loads(json.dumps({**EVENT.to_json(), "later": [1]}))
    back = Event.from_json(row)
    assert back._replace(extra={}) == EVENT._replace(extra={})
    assert back.extra == {"later": [1]}
    assert back.to_json() == row


def test_a_turn_comes_back_as_it_went() -> None:
    """JSON and back is the same turn, unknown fields included."""
    row = json.loads(json.dumps({**TURN.to_json(), "later": 1}))
    back = Turn.from_json(row)
    assert back._replace(extra={}) == TURN._replace(extra={})
    assert back.to_json() == row


def test_a_reference_keeps_what_it_does_not_know() -> None:
    """Unknown fields of a reference survive."""
    row = {**REF.to_json(), "later": 1}
    assert ContentRef.from_json(row).to_json() == row


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seq": "1"}, "seq is not a whole number but str"),
        ({"seq": True}, "seq is not a whole number but bool"),
        ({"seq": -1}, "seq is not a whole number"),
        ({"path": None}, "path is not text but missing or null"),
        ({"type": "robot"}, "neither ai nor human"),
        ({"v": 2}, "v is '2'"),
        ({"after": 7}, "content reference is not an object but int"),
        ({"after": {"digest": "md5:0", "size": 1}}, "digest is not sha256"),
        ({"after": {"digest": "sha256:" + "../" * 21 + "x", "size": 1}}, "digest is not sha256"),
        ({"user_modified": "yes"}, "user_modified is not true or false but str"),
        ({"subagent": []}, "subagent is not an object but list"),
        ({"model": 7}, "model is not text but int"),
    ],
)
def test_wrong_events_name_the_field(change: dict[str, Any], words: str) -> None:
    """An event of wrong shape says what is wrong with it."""
    with pytest.raises(ValueError, match=words):
        Event.from_json({**EVENT.to_json(), **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"instructions": {}}, "instructions is not a list but dict"),
        ({"request_ids": [1]}, "request_ids holds int, not only text"),
        ({"offset": "0"}, "offset is not a whole number"),
    ],
)
def test_wrong_turns_name_the_field(change: dict[str, Any], words: str) -> None:
    """A turn of wrong shape says what is wrong with it."""
    with pytest.raises(ValueError, match=words):
        Turn.from_json({**TURN.to_json(), **change})


def test_known_facts_are_never_replaced() -> None:
    """A turn is filled from another only where it knows nothing."""
    filled = TURN.filled_from(Turn("other", "x", model="m", offset=5, params={"t": 9}, extra={"later": 1}))
    assert (filled.key, filled.model, filled.offset, filled.params) == ("k", "m", 0, {"t": 0.2})
    assert filled.extra == {"later": 1}


def test_a_problem_is_one_line() -> None:
    """A problem shows where and what."""
    assert str(Problem("events/1.json", "is damaged")) == "events/1.json: is damaged"
