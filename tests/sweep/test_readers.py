"""Readers of transcripts: rows of other versions, rows that make no sense, and the order of swept events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.agents.payloads.report import FileEdit
from gitprov.agents.transcripts import codex, opencode, readers
from gitprov.agents.transcripts.values import NOT_JSON, SessionStart, TranscriptPart, instant, second
from gitprov.attribution.links import linked
from gitprov.model.answers.backfill import BackfilledCommit, BackfillReport, DeclaredCommit
from gitprov.model.answers.sweep import SweepResult
from gitprov.model.event import SWEPT, ContentRef, Event
from gitprov.output.records import backfill as backfill_output
from gitprov.output.records import sweep as sweep_output
from tests.support.recorded import RECORDED
from tests.sweep.documented import MADE

Row = dict[str, Any]
TRANSCRIPTS = {
    "claude-code": "claude-code-2.1.332.transcript.jsonl",
    "codex": "codex-0.171.0.transcript.jsonl",
    "gemini": "gemini-0.61.0.transcript.jsonl",
    "qwen": "qwen-0.24.4.transcript.jsonl",
    "copilot": "copilot-1.0.102.transcript-a.jsonl",
    "pi": "pi-0.73.1.transcript.jsonl",
    "opencode": "opencode-1.18.33.transcript.jsonl",
    "aider": "aider-0.86.2.transcript.md",
}


def transcript(agent: str) -> bytes:
    """A recorded transcript, or one in the documented form."""
    return (RECORDED / TRANSCRIPTS[agent]).read_bytes() if agent in TRANSCRIPTS else MADE[agent]("/r").data


def lines(*rows: Row) -> bytes:
    """Rows as a transcript."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def read(agent: str, *rows: Row) -> TranscriptPart:
    """A whole transcript, whose head the reader gets as well."""
    data = lines(*rows)
    return readers.read(agent, data, 0, SessionStart(data, "name"))


@pytest.mark.parametrize("agent", readers.MODULES)
def test_hostile_rows(agent: str) -> None:
    """Whatever a row holds, reading it raises nothing; a row that is cut is counted."""
    data = transcript(agent)
    whole = readers.read(agent, data, 0, SessionStart(data[: 1 << 16], "name"))
    assert whole.uses
    for row in data.splitlines(keepends=True):
        for old, new in (
            (b"{", b"["),
            (b'"', b"7"),
            (b":", b":null,\n"),
            (b'"text"', b"[[1]]"),
            (b"[", b"{"),
        ):
            mixed = data.replace(row, row.replace(old, new, 3), 1)
            readers.read(agent, mixed, 0, SessionStart(mixed[: 1 << 16]))
    for value in ("null", "3", '"x"', "[]", "{}", "[{}]", '{"id":4}'):
        text = data.decode()
        for name in (
            "payload",
            "message",
            "data",
            "toolCalls",
            "changes",
            "content",
            "parts",
            "state",
            "item",
        ):
            mixed = b"".join(
                line + b"\n"
                for row in text.splitlines()
                for line in [row.replace(f'"{name}":', f'"{name}":{value},"was":', 1).encode()]
            )
            readers.read(agent, mixed, 0, SessionStart(mixed[: 1 << 16]))
    if agent != "aider":
        needle = {
            "claude-code": b'{"tool_use" "Edit"',
            "opencode": b'{"table"',
            "copilot": b'{"user.message"',
            "cursor": b'{"role"',
            "antigravity": b'{"tool_calls"',
        }
        bad = needle.get(agent, b'{"message" "user" "assistant" "turn_context"') + b"\n"
        assert NOT_JSON in readers.read(agent, bad, 0, SessionStart()).skipped


def test_changes_of_codex() -> None:
    """Both forms of a change, and both kinds of rows, give the same edits; another form is counted."""
    meta = {"type": "session_meta", "payload": {"id": "s1", "cwd": "/r"}}
    prompt = {"type": "event_msg", "payload": {"type": "user_message", "message": "go"}}
    changes: Row = {
        "/r/a": {"add": {"content": "one\n"}},
        "/r/b": {"type": "delete", "content": "two\n"},
        "/r/c": {"update": {"unified_diff": "@@ -1 +1 @@\n-x\n+y\n", "move_path": "/r/d"}},
        "/r/e": {"type": "tomorrow"},
    }
    done = {"type": "event_msg", "payload": {"type": "patch_apply_end", "call_id": "c1", "changes": changes}}
    part = read("codex", meta, prompt, done)
    assert part.skipped == (codex.UNREADABLE_CHANGE,)
    (use,) = part.uses
    assert (use.id, use.hook.session, use.prompt and use.prompt.text) == ("c1", "s1", "go")
    assert [(edit.path, edit.removed, edit.source) for edit in use.edits] == [
        ("/r/a", False, None),
        ("/r/b", True, None),
        ("/r/d", False, "/r/c"),
        ("/r/c", True, None),
    ]
    assert use.edits[0] == FileEdit("/r/a", content="one\n")
    failed = {"type": "event_msg", "payload": {**done["payload"], "success": False}}  # type: ignore[dict-item]
    assert read("codex", meta, prompt, failed).uses == ()
    assert read("codex", meta, {"payload": {"type": "patch_apply_end"}}).skipped == (codex.UNREADABLE_CHANGE,)


def test_aider_in_another_format() -> None:
    """An edit that is applied and stands in no SEARCH block is counted."""
    text = "# aider chat started at 2026-11-28 10:00:00\n\n#### go  \n\na.py\n```\nx\n```\n\n> Applied edit to a.py  \n"
    part = readers.read("aider", text.encode(), 7, SessionStart())
    assert (part.uses, part.resume, len(part.skipped)) == ((), 7, 1)
    assert readers.read("aider", b"words\n", 7, SessionStart()).resume == 13


def test_moments() -> None:
    """What is no time is none."""
    assert second("2026-11-28T16:55:28.049Z") == "2026-11-28T16:55:28Z"
    assert [second(at) for at in (None, "yesterday", "2026-11-28 16:55:28.049Z")] == [None] * 3
    assert opencode._moment(1795885020781) == "2026-11-28T16:57:00.781Z"
    assert instant("2026-11-28T16:55:28.049Z") == "2026-11-28T16:55:28.049"
    assert instant("2026-11-28T16:55:28Z") == "2026-11-28T16:55:28"
    assert instant("yesterday") is None
    assert [opencode._moment(at) for at in (None, 10**30)] == [None, None]


@given(st.lists(st.one_of(st.none(), st.integers(0, 8)), min_size=1, max_size=8))
def test_any_mixture_gives_one_order(delays: list[int | None]) -> None:
    """Whichever edits of a history hooks missed, and however late sweeps add them, events have one order.

    A delay: how many edits later a sweep adds the edit; none where a hook reported it.
    """
    contents = [ContentRef(f"sha256:{n:064x}", 1) for n in range(len(delays) + 1)]
    sides = zip([None, *contents], contents, strict=False)
    history = [
        Event(0, "ai", "a.py", before, after, "", extra={} if delay is None else SWEPT)
        for (before, after), delay in zip(sides, delays, strict=False)
    ]
    latest, arrivals = 0, []
    for n, delay in enumerate(delays):
        latest = latest if delay is None else max(latest, n + delay)  # a sweep adds edits in their order
        arrivals.append((n if delay is None else latest, delay is not None, n))
    numbered = [history[n]._replace(seq=seq) for seq, (*_, n) in enumerate(sorted(arrivals))]
    assert [event.after for event in linked(numbered)] == [event.after for event in history]


def test_an_event_that_fits_nowhere() -> None:
    """A swept event whose contents no other one has comes last."""
    one, two, three = (ContentRef(f"sha256:{n:064x}", 1) for n in range(3))
    reported = Event(1, "ai", "a.py", None, one, "")
    late = Event(2, "ai", "a.py", two, three, "", extra=SWEPT)
    assert linked([late, reported]) == [reported, late]


def test_reports_as_text() -> None:
    """A busy sweep, a rejected edit and skipped rows are told."""
    assert list(sweep_output.lines(SweepResult(busy=True))) == ["another sweep of this work tree is running"]
    assert list(sweep_output.lines(SweepResult())) == ["nothing new in the transcripts of agents"]
    result = SweepResult(1, 3, 1, 2, {"rows of a kind": 4})
    assert list(sweep_output.lines(result)) == [
        "read 1 transcript with 3 edits of changed files: recorded 1 edit",
        "not confirmed by the files, and left out: 2 edits",
        "skipped: 4 rows of a kind",
    ]
    assert sweep_output.as_json(result)["skipped"] == {"rows of a kind": 4}
    assert len([*sweep_output.lines(SweepResult(1, 1, 1))]) == 1
    measured = BackfilledCommit("1" * 40, "One", ("aider",), ("gen_1",), 1)
    declared = DeclaredCommit("2" * 40, "Two", None)
    full = BackfillReport("two commits", 3, 1, (measured,), (declared,), {}, True)
    assert list(backfill_output.lines(full)) == [
        "111111111111 would get a note: 1 line of aider  (One)",
        "222222222222 only declares an agent: no note is needed  (Two)",
        "looked at 3 (two commits): 1 had a note, 1 would get a note",
    ]
    assert backfill_output.as_json(full)["declared"] == [{"oid": "2" * 40, "subject": "Two", "agent": None}]
    report = BackfillReport("one commit", 1, 0, (), (), {"rows of a kind": 1}, False)
    assert list(backfill_output.lines(report)) == [
        "looked at 1 (one commit): none had a note, nothing to write",
        "skipped: 1 rows of a kind",
    ]
