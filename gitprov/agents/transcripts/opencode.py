"""Reads edits from sessions of OpenCode: rows of its database, which `store/index/opencode.py` reads.

Checked against OpenCode 1.18.33.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from gitprov.agents.payloads.report import part, text
from gitprov.agents.transcripts.collect import TranscriptReader
from gitprov.agents.transcripts.values import (
    RecordedPrompt,
    SessionStart,
    TakenBack,
    TranscriptPart,
    second,
)


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits of one session: lines with a `table` (session, message or part), by table and time."""
    out = TranscriptReader("opencode", session)
    messages: dict[str, dict[str, Any]] = {}
    name, undone_from = session.name, None
    for row in out.rows(data, start, (b'"table"',)):
        table, facts = row.value.get("table"), part(row.value, "data")
        if table == "session":
            out.cwd, out.version = text(row.value, "directory"), text(row.value, "version")
            name = text(row.value, "id") or name
            undone_from = text(part(row.value, "revert"), "messageID")
        elif table == "message":
            messages[text(row.value, "id") or ""] = facts
        elif table == "part":
            message = text(row.value, "message_id") or ""
            _part(out, row.value, messages.get(message, {}), message, row.offset)
    if undone_from is None:
        return out.part(data, start)
    ids = tuple(key for key, row in messages.items() if key >= undone_from and row.get("role") == "user")
    return out.part(data, start)._replace(taken_back=TakenBack("opencode", name, ids) if ids else None)


def _part(
    out: TranscriptReader, row: dict[str, Any], message: dict[str, Any], name: str, offset: int
) -> None:
    facts, words = part(row, "data"), text(part(row, "data"), "text")
    if facts.get("type") == "text" and words and facts.get("synthetic") is not True:
        if message.get("role") == "user":
            out.prompt(RecordedPrompt(name, words, second(_moment(row.get("time_created"))), offset, name))
        else:
            out.message(words)
    elif facts.get("type") == "tool":
        _call(out, row, facts, message)


def _call(out: TranscriptReader, row: dict[str, Any], facts: dict[str, Any], message: dict[str, Any]) -> None:
    call, state = text(facts, "callID"), part(facts, "state")
    if call is None:
        return
    payload = {
        "hook": "tool.execute.after",
        "sessionID": text(row, "session_id"),
        "directory": out.cwd,
        "tool": facts.get("tool"),
        "callID": call,
        "args": state.get("input"),
        "metadata": part(state, "metadata"),
        "model": {"modelID": text(message, "modelID")},
    }
    times = part(state, "time")
    began = times.get("start", row.get("time_created"))
    out.call(call, payload, _moment(began), model=text(message, "modelID"))
    if state.get("status") in ("completed", "error"):
        out.result(call, {}, failed=state.get("status") == "error", at=_moment(times.get("end")))


def _moment(milliseconds: object) -> str | None:
    """Milliseconds since 1970 as `YYYY-MM-DDThh:mm:ss.sssZ`; None where they are no time of this calendar."""
    if not isinstance(milliseconds, int):
        return None
    try:
        moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"
