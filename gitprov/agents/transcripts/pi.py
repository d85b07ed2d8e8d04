"""Reads edits from session files of pi (`sessions/--<directory>--/*.jsonl`). Checked against pi 0.73.1."""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads.report import part, text
from gitprov.agents.transcripts.collect import ParsedRow, TranscriptReader
from gitprov.agents.transcripts.values import (
    RecordedPrompt,
    SessionStart,
    TranscriptPart,
    first_rows,
    second,
)


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a session file that begins at byte `start`, with a row."""
    out = TranscriptReader("pi", session)
    header = next(first_rows(session.head), {})
    out.cwd = text(header, "cwd")
    for row in out.rows(data, start, (b'"message"',)):
        if row.value.get("type") == "message":
            _add(out, row, part(row.value, "message"), text(header, "id") or session.name)
    return out.part(data, start)


def _add(out: TranscriptReader, row: ParsedRow, message: dict[str, Any], session: str) -> None:
    value, role = row.value, message.get("role")
    content = message.get("content")
    blocks = [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []
    words = "\n".join(filter(None, (text(entry, "text") for entry in blocks)))
    if role == "user" and words:
        name = text(value, "id") or f"@{row.offset}"
        out.prompt(RecordedPrompt(name, words, second(value.get("timestamp")), row.offset))
    elif role == "toolResult":
        name, failed = text(message, "toolCallId") or "", message.get("isError") is True
        out.result(name, {}, failed=failed, at=value.get("timestamp"))
    elif role == "assistant":
        out.message(words)
        for call in blocks:
            name = text(call, "id") or ""
            if call.get("type") == "toolCall" and name:
                event = {
                    "type": "tool_result",
                    "toolName": call.get("name"),
                    "toolCallId": name,
                    "input": call.get("arguments"),
                }
                payload = {"event": event, "session_id": session, "cwd": out.cwd}
                request = text(message, "responseId")
                out.call(
                    name, payload, value.get("timestamp"), model=text(message, "model"), request_id=request
                )
