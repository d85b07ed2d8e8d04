"""Blocks, lines and JSON of `git ai-log`."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gitprov.model.answers.log import Declared, DeltaSum, LoggedCommit, LoggedTrace
from gitprov.model.notes.rows import TraceRow
from gitprov.output import log

OID = "0123456789" * 4
TRACE = LoggedTrace(
    TraceRow.make(
        "gen_20260201_0b9c41d2e7",
        agent="claude-code",
        model="opus",
        files={"a.py": {"ai": "1-7", "edited": "8-10"}},
    )
)
PLAIN = LoggedCommit(
    OID, OID[:7], "Alice <a@example.com>", "today", "2026-02-01T10:00:00+00:00", "A subject", None, 0, 0, 0, (), (), (),
    None, None, None, (),
)  # fmt: skip
GENERATED = PLAIN._replace(
    cls="ai",
    ai=7,
    edited=3,
    machines=(("claude-code", "opus"),),
    traces=(TRACE,),
    added=20,
    delta=DeltaSum(10, 7, 2, 1, 0),
    gate="bypassed",
    reviewed_by=("Bob <b@example.com>",),
)
DECLARED = PLAIN._replace(
    cls="declared",
    machines=(("aider", None),),
    declared=(Declared("aider", None, "Assisted-by: aider"),),
)


def test_block_of_a_plain_commit() -> None:
    """A commit without AI shows what git log would show of it."""
    assert log.block(PLAIN) == (
        f"commit {OID}\nAuthor:   Alice <a@example.com>\nDate:     today\n\n    A subject\n"
    )


def test_block_of_a_declared_commit() -> None:
    """A declaration is quoted."""
    assert f"commit {OID} (declared)\n" in log.block(DECLARED)
    assert "\nModel:    aider (unknown model)\nDeclared: Assisted-by: aider\n" in log.block(DECLARED)


def test_lines_of_added_lines() -> None:
    """Lines are told of what the commit adds, where that is known, and edited ones among them."""
    assert "\nAI lines: 10 of 20 added (50%), 3 of them edited\n" in log.block(GENERATED)
    assert "\nAI lines: 10, 3 of them edited\n" in log.block(GENERATED._replace(added=None))
    assert "\nAI lines: 7 of 0 added\n" in log.block(GENERATED._replace(added=0, edited=0))


def test_delta() -> None:
    """The delta is a share of the raw lines; of none there is no share."""
    assert "\nDelta:    30%: 2 edited, 1 dropped of 10 raw lines\n" in log.block(GENERATED)
    one = GENERATED._replace(delta=DeltaSum(1, 0, 0, 0, 1))
    assert "\nDelta:    0%: 0 edited, 0 dropped of 1 raw line, 1 still pending\n" in log.block(one)
    none = GENERATED._replace(delta=DeltaSum(0, 0, 0, 0, 0))
    assert "\nDelta:    0 edited, 0 dropped of 0 raw lines\n" in log.block(none)
    assert (DeltaSum(10, 7, 2, 1, 0).lines, DeltaSum(0, 0, 0, 0, 0).rate) == (3, None)


def test_colours_of_a_block() -> None:
    """Commit, class and a bypassed gate are coloured, each on its own."""
    rows = log.block(GENERATED, log.COLOURS).split("\n")
    assert rows[0] == f"\x1b[33mcommit {OID}\x1b[m \x1b[35m(ai)\x1b[m"
    assert "\x1b[31mGate:     bypassed\x1b[m" in rows
    assert sum("\x1b" in row for row in rows) == 2
    assert log.block(PLAIN, log.COLOURS).startswith(f"\x1b[33mcommit {OID}\x1b[m\n")
    passed = GENERATED._replace(gate="passed", subject="(in brackets)")
    assert "\nGate:     passed\n" in log.block(passed, log.COLOURS)


def test_one_line() -> None:
    """One line tells class, share, delta, gate, machines and subject; what is absent leaves no gap."""
    assert log.oneline(GENERATED) == "0123456 ai 10/20 delta 30% bypassed claude-code/opus A subject\n"
    assert log.oneline(DECLARED) == "0123456 declared aider A subject\n"
    assert log.oneline(PLAIN) == "0123456 A subject\n"
    assert log.oneline(PLAIN._replace(subject="")) == "0123456\n"
    assert (
        log.oneline(GENERATED._replace(added=None, delta=None, gate=None, machines=()))
        == "0123456 ai 10 A subject\n"
    )


def test_json() -> None:
    """Facts of the wrong type and facts that nobody recorded are null; agents and models are listed once."""
    document = json.loads(log.as_json(GENERATED._replace(machines=(("a", None), ("a", "m"), ("b", "m")))))
    assert (document["agents"], document["models"]) == (["a", "b"], ["m"])
    assert document["traces"][0]["session"] is None
    assert (document["ai_lines"], document["delta_lines"], document["delta_rate"]) == (10, 3, 0.3)
    plain = json.loads(log.as_json(PLAIN))
    assert {plain[key] for key in ("class", "added", "delta", "delta_lines", "delta_rate", "gate")} == {None}
    assert json.loads(log.as_json(DECLARED))["declared"] == [
        {"agent": "aider", "model": None, "source": "Assisted-by: aider"}
    ]


@given(st.text(), st.text(), st.text(), st.none() | st.text())
def test_nothing_steers_the_terminal(author: str, subject: str, agent: str, model: str | None) -> None:
    """Whatever a commit or a note says, a block keeps its lines and a line is one; JSON is one line of ASCII."""
    entry = GENERATED._replace(author=author, subject=subject, machines=((agent, model),))
    assert log.block(entry).count("\n") == log.block(GENERATED).count("\n")
    steering = {chr(n) for n in (*range(10), *range(11, 32), *range(127, 160))}
    assert not steering & set(log.block(entry) + log.oneline(entry))
    assert log.oneline(entry).count("\n") == 1
    assert log.as_json(entry).isascii()
    assert log.as_json(entry).count("\n") == 1
