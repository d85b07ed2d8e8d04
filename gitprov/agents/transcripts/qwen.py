"""Reads edits from session files of Qwen Code (`chats/*.jsonl`). Checked against Qwen Code 0.24.4."""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads.report import part, text
from gitprov.agents.transcripts.collect import TranscriptReader
from gitprov.agents.transcripts.values import (
    RecordedPrompt,
    SessionStart,
    TranscriptPart,
    second,
)


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a session file that begins at byte `start`, with a row."""
    out = TranscriptReader("qwen", session)
    for row in out.rows(data, start, (b'"assistant"', b'"toolCallResult"', b'"real_user"')):
        value, kind = row.value, row.value.get("type")
        out.cwd = out.cwd or text(value, "cwd")
        out.version = text(value, "version") or out.version
        parts = part(value, "message").get("parts")
        texts = [text(entry, "text") for entry in parts] if isinstance(parts, list) else []
        words = "\n".join(filter(None, texts))
        if kind == "user" and words:
            name = text(value, "uuid") or f"@{row.offset}"
            out.prompt(RecordedPrompt(name, words, second(value.get("timestamp")), row.offset))
        elif kind == "assistant":
            _add_calls(out, value, parts)
            out.message(words)
        elif kind == "tool_result":
            _add_result(out, part(value, "toolCallResult"), value.get("timestamp"))
    return out.part(data, start)


def _add_calls(out: TranscriptReader, row: dict[str, Any], parts: object) -> None:
    for entry in parts if isinstance(parts, list) else ():
        call = part(entry, "functionCall")
        name = text(call, "id")
        if name is not None:
            payload = {
                "hook_event_name": "PostToolUse",
                "session_id": text(row, "sessionId"),
                "tool_name": call.get("name"),
                "tool_input": call.get("args"),
                "tool_call_id": name,
                "cwd": text(row, "cwd"),
            }
            out.call(name, payload, row.get("timestamp"), model=text(row, "model"))


def _add_result(out: TranscriptReader, result: dict[str, Any], at: object) -> None:
    response = {"tool_response": {"returnDisplay": part(result, "resultDisplay")}}
    out.result(text(result, "callId") or "", response, failed=result.get("status") != "success", at=at)
