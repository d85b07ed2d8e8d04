"""Reads edits from session files of Gemini CLI (`chats/session-*.jsonl`). Checked against Gemini CLI 0.61.0.

A row of an answer is written again once its tools have run; the last one has their results. The header has
the digest of the session's directory and not its name: it is compared with that of the work tree and those of
the directories of edited files.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents import gemini
from gitprov.agents.payloads.report import part, text
from gitprov.agents.payloads.rewinds import REWIND
from gitprov.agents.transcripts.collect import ParsedRow, TranscriptReader
from gitprov.agents.transcripts.values import (
    ELSEWHERE,
    RecordedPrompt,
    SessionStart,
    TakenBack,
    TranscriptPart,
    first_rows,
    second,
)
from gitprov.model.canonical import sha256_hex
from gitprov.model.lines import utf8


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a session file that begins at byte `start`, with a row."""
    out = TranscriptReader("gemini", session)
    header = next(first_rows(session.head), {})
    name, project = text(header, "sessionId") or session.name, text(header, "projectHash")
    if session.worktree is not None and sha256_hex(utf8(session.worktree)) == project:
        out.cwd = session.worktree
    for row in out.rows(data, start, (b'"toolCalls"', b'"user"')):
        if row.value.get("type") == "user":
            _prompt(out, row)
        elif row.value.get("type") == "gemini":
            calls = row.value.get("toolCalls")
            for call in calls if isinstance(calls, list) else ():
                _call(out, call, row.value, name, project)
            out.message(text(row.value, "content"))
    taken_back = TakenBack(gemini.AGENT, name) if REWIND in data else None
    return out.part(data, start)._replace(taken_back=taken_back)


def _prompt(out: TranscriptReader, row: ParsedRow) -> None:
    value = row.value
    content = value.get("content")
    parts = content if isinstance(content, list) else [{"text": content}]
    if any(isinstance(entry, dict) and "functionResponse" in entry for entry in parts):
        return
    words = "\n".join(filter(None, (text(entry, "text") for entry in parts)))
    if words and not words.startswith("<session_context>"):
        name = text(value, "id") or f"@{row.offset}"
        out.prompt(RecordedPrompt(name, words, second(value.get("timestamp")), row.offset))


def _call(
    out: TranscriptReader, call: object, row: dict[str, Any], session: str, project: str | None
) -> None:
    name, shown = text(call, "id"), part(call, "resultDisplay")
    if not isinstance(call, dict) or name is None:
        return
    if out.cwd in (None, ELSEWHERE):
        out.cwd = _directory(text(shown, "filePath") or text(part(call, "args"), "file_path"), project)
    payload = {
        "hook_event_name": "AfterTool",
        "session_id": session,
        "tool_name": call.get("name"),
        "tool_input": call.get("args"),
        "tool_response": {"returnDisplay": shown},
        "cwd": out.cwd,
    }
    out.call(name, payload, call.get("timestamp") or row.get("timestamp"), model=text(row, "model"))
    status = text(call, "status")
    if status in ("success", "error", "cancelled"):
        out.result(name, {}, failed=status != "success")


def _directory(path: str | None, project: str | None) -> str:
    """The directory above an edited file whose digest the header has."""
    while path and path.startswith("/") and len(path) > 1:
        path = path.rpartition("/")[0]
        if path and sha256_hex(utf8(path)) == project:
            return path
    return ELSEWHERE
