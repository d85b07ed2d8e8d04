"""Reads edits from transcripts of Antigravity (`brain/<id>/.system_generated/logs/transcript*.jsonl`).

No version was run. Rows are steps. A step with the calls of the model has no results, and the steps that
carry them out name no call: so an edit counts only where the file is exactly its result. No row names the
session's directory: it is that of its first command, else that of the first file that it edits.
"""

from __future__ import annotations

import os.path
from typing import Any

from gitprov.agents.payloads.report import text
from gitprov.agents.payloads.tools import arguments, directory_of, edits_of
from gitprov.agents.transcripts.collect import ParsedRow, TranscriptReader
from gitprov.agents.transcripts.values import RecordedPrompt, SessionStart, TranscriptPart, second
from gitprov.model.untrusted.jsonvalue import loads

_REQUEST, _END = "<USER_REQUEST>", "</USER_REQUEST>"


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a transcript that begins at byte `start`, with a row."""
    out = TranscriptReader("antigravity", session, "PostToolUse", has_results=False)
    for row in out.rows(data, start, (b'"tool_calls"', b'"USER_INPUT"')):
        value = row.value
        words = text(value, "content")
        if value.get("type") == "USER_INPUT" and words:
            name = f"step {value.get('step_index')}"
            out.prompt(RecordedPrompt(name, _request(words), second(value.get("created_at")), row.offset))
        elif value.get("source") == "MODEL":
            out.message(words)
            calls = value.get("tool_calls")
            for number, call in enumerate(calls if isinstance(calls, list) else ()):
                _call(out, row, call, f"step {value.get('step_index')}.{number}", session.name)
    return out.part(data, start)


def _call(out: TranscriptReader, row: ParsedRow, call: object, name: str, session: str) -> None:
    tool = text(call, "name", "toolName")
    values = arguments(call.get("args", call.get("arguments"))) if isinstance(call, dict) else {}
    values = {key: _plain(value) for key, value in values.items()}
    out.cwd = out.cwd or directory_of(values)
    path = next((edit.path for edit in edits_of(tool, values)), None)
    if out.cwd is None and path is not None and os.path.isabs(path):
        out.cwd = os.path.dirname(path)
    payload = {
        "conversationId": session,
        "workspacePaths": [out.cwd],
        "toolCall": {"name": tool, "args": values},
    }
    out.call(name, {**payload, "tool_use_id": name}, row.value.get("created_at"))


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """An argument; where it is written as JSON text, the value of that text."""
    if isinstance(value, str) and value[:1] in ('"', "[", "{"):
        try:
            return loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _request(words: str) -> str:
    """What a person wrote, without what Antigravity puts around it."""
    before, mark, rest = words.partition(_REQUEST)
    return rest.partition(_END)[0].strip("\n") if mark else before
