"""Reads edits from transcripts of Cursor (`agent-transcripts/<id>/<id>.jsonl`). No version was run.

Rows are messages (`role`, `message.content[]`). Tool calls have no ids and no results, rows no times, and the
model is nowhere: so an edit counts only where the file is exactly its result.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads.report import part, text
from gitprov.agents.transcripts.collect import ParsedRow, TranscriptReader
from gitprov.agents.transcripts.values import RecordedPrompt, SessionStart, TranscriptPart

_QUERY, _END = "<user_query>", "</user_query>"


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a transcript that begins at byte `start`, with a row."""
    out = TranscriptReader("cursor", session, has_results=False)
    for row in out.rows(data, start, (b'"role"',)):
        content = part(row.value, "message").get("content")
        blocks = [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []
        words = "\n".join(filter(None, (text(entry, "text") for entry in blocks)))
        if row.value.get("role") == "user" and words:
            out.prompt(RecordedPrompt(f"@{row.offset}", _query(words), None, row.offset))
        elif row.value.get("role") == "assistant":
            out.message(words)
            _calls(out, row, blocks, session.name)
    return out.part(data, start)


def _calls(out: TranscriptReader, row: ParsedRow, blocks: list[dict[str, Any]], session: str) -> None:
    for number, block in enumerate(blocks):
        if block.get("type") == "tool_use":
            name = f"@{row.offset}.{number}"
            payload = {
                "hook_event_name": "postToolUse",
                "conversation_id": session,
                "tool_name": block.get("name"),
                "tool_use_id": name,
                "tool_input": block.get("input"),
            }
            out.call(name, payload, None)


def _query(words: str) -> str:
    """What a person wrote, without what Cursor puts around it."""
    before, mark, rest = words.partition(_QUERY)
    return rest.partition(_END)[0].strip("\n") if mark else before
