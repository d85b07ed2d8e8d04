"""Reads edits from session files of Copilot CLI (`events.jsonl`). Checked against Copilot CLI 1.0.102.

What a subagent does stands in its parent's file, with `agentId`: its name in hooks is that id.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads.report import part, text
from gitprov.agents.transcripts.collect import TranscriptReader
from gitprov.agents.transcripts.values import (
    RecordedPrompt,
    SessionStart,
    TranscriptPart,
    first_rows,
    second,
)

_NEEDLES = (
    *(b'"user.message"', b'"assistant.message"'),
    *(b'"tool.execution_start"', b'"tool.execution_complete"'),
)


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a session file that begins at byte `start`, with a row."""
    out = TranscriptReader("copilot", session, "postToolUse")
    name = session.name
    for row in first_rows(session.head):
        if row.get("type") == "session.start":
            name = text(part(row, "data"), "sessionId") or name
            out.cwd = text(part(part(row, "data"), "context"), "cwd")
            out.version = text(part(row, "data"), "copilotVersion")
    for entry in out.rows(data, start, _NEEDLES):
        kind, facts = entry.value.get("type"), part(entry.value, "data")
        if kind == "user.message" and text(facts, "content"):
            prompt = text(facts, "messageId") or f"@{entry.offset}"
            at = second(entry.value.get("timestamp"))
            out.prompt(RecordedPrompt(prompt, str(facts["content"]), at, entry.offset))
        elif kind == "assistant.message" and "parentToolCallId" not in facts:
            out.message(text(facts, "content"))
        elif kind == "tool.execution_start":
            _call(out, entry.value, facts, name)
        elif kind == "tool.execution_complete":
            failed, at = facts.get("success") is not True, entry.value.get("timestamp")
            out.result(text(facts, "toolCallId") or "", {}, failed=failed, at=at)
    return out.part(data, start)


def _call(out: TranscriptReader, row: dict[str, Any], facts: dict[str, Any], session: str) -> None:
    call = text(facts, "toolCallId")
    if call is not None:
        payload = {
            "sessionId": text(row, "agentId") or session,
            "toolName": facts.get("toolName"),
            "toolArgs": facts.get("arguments"),
            "toolResult": {"resultType": "success"},
            "cwd": out.cwd,
        }
        out.call(call, payload, row.get("timestamp"), model=text(facts, "model"))
