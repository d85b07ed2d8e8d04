"""Reads edits from session files of Factory's Droid (`~/.factory/sessions/<directory>/<id>.jsonl`).

No version was run. The model is in a file of settings beside the session, which changes while the session
goes on: it is left out.
"""

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
    out = TranscriptReader("droid", session)
    name = session.name
    for header in first_rows(session.head):
        if header.get("type") == "session_start":
            name, out.cwd = text(header, "id") or name, text(header, "cwd")
    for row in out.rows(data, start, (b'"message"',)):
        if row.value.get("type") == "message":
            _message(out, row, name)
    return out.part(data, start)


def _message(out: TranscriptReader, row: ParsedRow, session: str) -> None:
    message = part(row.value, "message")
    content = message.get("content")
    blocks = [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []
    words = "\n".join(filter(None, (text(entry, "text") for entry in blocks)))
    results = [entry for entry in blocks if entry.get("type") == "tool_result"]
    at = row.value.get("timestamp")
    for result in results:
        name = text(result, "tool_use_id") or ""
        failed = result.get("is_error") is True or result.get("isError") is True
        out.result(name, {}, failed=failed, at=at)
    if message.get("role") == "user" and words and not results:
        asking = text(row.value, "id") or f"@{row.offset}"
        out.prompt(RecordedPrompt(asking, _typed(words), second(at), row.offset))
    elif message.get("role") == "assistant":
        out.message(words)
        for block in blocks:
            _call(out, block, session, at)


def _call(out: TranscriptReader, block: dict[str, Any], session: str, at: object) -> None:
    name = text(block, "id")
    if block.get("type") == "tool_use" and name is not None:
        payload = {
            "hook_event_name": "PostToolUse",
            "session_id": session,
            "cwd": out.cwd,
            "tool_name": block.get("name"),
            "tool_use_id": name,
            "tool_input": block.get("input"),
        }
        out.call(name, payload, at)


def _typed(words: str) -> str:
    """A prompt without the reminders that Droid puts before it."""
    end = words.rfind("</system-reminder>")
    return words if end < 0 else words[end + len("</system-reminder>") :].strip("\n") or words
