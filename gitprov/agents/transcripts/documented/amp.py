"""Reads edits from threads of Amp (`~/.local/share/amp/threads/T-*.json`), one document each.

No version was run.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from gitprov.agents.payloads.report import part, text
from gitprov.agents.transcripts.collect import TranscriptReader
from gitprov.agents.transcripts.values import (
    NOT_JSON,
    RecordedPrompt,
    SessionStart,
    TranscriptPart,
    row_of,
)


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits of one thread: the whole document, since Amp writes it anew each time."""
    out = TranscriptReader("amp", session)
    thread = row_of(data)
    messages = None if thread is None else thread.get("messages")
    if thread is None or not isinstance(messages, list):
        out.skipped.append(NOT_JSON)
        return out.part(b"", start)
    out.cwd, name = _directory(thread), text(thread, "id") or session.name
    for number, message in enumerate(messages):
        if isinstance(message, dict):
            _message(out, message, number, name)
    return out.part(b"", start)


def _message(out: TranscriptReader, message: dict[str, Any], number: int, thread: str) -> None:
    content = message.get("content")
    blocks = [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []
    words = "\n".join(filter(None, (text(entry, "text") for entry in blocks if entry.get("type") == "text")))
    results = [entry for entry in blocks if entry.get("type") == "tool_result"]
    for result in results:
        status = text(part(result, "run"), "status")
        if status in ("done", "error", "cancelled", "rejected-by-user"):
            out.result(text(result, "toolUseID", "tool_use_id") or "", {}, failed=status != "done")
    if message.get("role") == "user" and words and not results:
        out.prompt(RecordedPrompt(f"message {number}", words, None, 0))
    elif message.get("role") == "assistant":
        out.message(words)
        for block in blocks:
            _call(out, block, thread, text(part(message, "usage"), "model"))


def _call(out: TranscriptReader, block: dict[str, Any], thread: str, model: str | None) -> None:
    name = text(block, "id")
    if block.get("type") == "tool_use" and name is not None:
        payload = {
            "hook_event_name": "tool.result",
            "thread_id": thread,
            "cwd": out.cwd,
            "tool_name": block.get("name"),
            "tool_use_id": name,
            "tool_input": block.get("input"),
        }
        out.call(name, payload, None, model=model)


def _directory(thread: dict[str, Any]) -> str | None:
    """The first work tree that a thread began in."""
    trees = part(part(thread, "env"), "initial").get("trees")
    uri = text(trees[0], "uri") if isinstance(trees, list) and trees else None
    address = urlsplit(uri) if uri is not None else None
    return unquote(address.path) if address is not None and address.scheme == "file" else None
