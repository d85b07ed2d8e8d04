"""Answers of `gitprov push`."""

from __future__ import annotations

from gitprov.model.answers.push import PushAnswer, RefusedRow
from gitprov.output.push import document, lines

ANSWER = PushAnswer(
    target="loki",
    url="http://localhost:3100/x\x1b[31m",
    dry_run=False,
    content=False,
    sent=2,
    present=1,
    refused=(RefusedRow("gen_1", "a" * 40, "older than 7 days\x07"),),
    waiting=0,
    problem="",
)


def test_what_was_sent() -> None:
    """Counts, then each refused row with its reason; nothing steers the terminal."""
    first, second = lines(ANSWER)
    assert first.startswith("loki http://localhost:3100/x")
    assert first.endswith(": 2 sent, 1 already there, 1 refused")
    assert second.startswith("refused  gen_1  aaaaaaaaaaaa  older than 7 days")
    assert "\x1b" not in first
    assert "\x07" not in second


def test_what_would_be_sent_and_what_waits() -> None:
    """A dry run is named as one, and waiting rows are counted."""
    [line] = lines(ANSWER._replace(dry_run=True, refused=(), waiting=4))
    assert line.endswith(": 2 would be sent, 1 already there, 0 refused, 4 waiting")
    first, second = lines(ANSWER._replace(dry_run=True, url="", refused=(), missing=["A", "B"]))
    assert first == "loki without an address: 2 would be sent, 1 already there, 0 refused"
    assert second == "not set, needed to send: A, B"


def test_the_document() -> None:
    """All fields, and the refused rows as objects."""
    value = document(ANSWER)
    assert (value["sent"], value["dry_run"]) == (2, False)
    assert value["refused"] == [{"trace": "gen_1", "oid": "a" * 40, "reason": "older than 7 days\x07"}]
