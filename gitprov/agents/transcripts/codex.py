"""Reads edits from rollouts of Codex CLI (`rollout-*.jsonl`). Checked against Codex CLI 0.171.0.

Each finished patch is a row with the change of each file, patches inside of shell commands too. Versions
before 0.150 have the same facts in `patch_apply_end` and `user_message`.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads.patch import Chunk
from gitprov.agents.payloads.report import FileEdit, part, text
from gitprov.agents.transcripts.collect import ParsedRow, TranscriptReader
from gitprov.agents.transcripts.values import (
    RecordedPrompt,
    SessionStart,
    TranscriptPart,
    first_rows,
    second,
)

_NEEDLES = (
    *(b'"turn_context"', b'"FileChange"', b'"CommandExecution"', b'"patch_apply_end"'),
    *(b'Message"', b'_message"'),
)
"""The last two: `UserMessage`, `AgentMessage`, and in older versions `user_message`, `agent_message`."""
UNREADABLE_CHANGE = "changes of Codex in a form that is not known"


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a rollout that begins at byte `start`, with a row."""
    reader = _Rollout(session)
    for row in reader.out.rows(data, start, _NEEDLES):
        reader.add(row)
    return reader.out.part(data, start)


class _Rollout:
    """What was read of a rollout so far: the session's facts and those of the turn in force."""

    def __init__(self, session: SessionStart) -> None:
        self.out = TranscriptReader("codex", session)
        self._session = session.name
        self._turn: str | None = None if session.prompt is None else session.prompt.prompt_id
        self._begin: int | None = None
        self._model: str | None = None
        for row in first_rows(session.head):
            payload = part(row, "payload")
            if row.get("type") == "session_meta":
                self._session = text(payload, "session_id", "id") or self._session
                self.out.cwd = text(payload, "cwd")
                self.out.version = text(payload, "cli_version")

    def add(self, row: ParsedRow) -> None:
        """Read one row."""
        value = row.value
        payload = part(value, "payload")
        if value.get("type") == "turn_context":
            self._turn, self._model = text(payload, "turn_id"), text(payload, "model")
            self._begin = row.offset
            return
        item = part(payload, "item") or payload
        kind = text(item, "type")
        if kind in ("UserMessage", "user_message"):
            self._prompt(row, item)
        elif kind in ("FileChange", "patch_apply_end"):
            self._changed(item, value.get("timestamp"))
        elif kind == "CommandExecution":
            self._ran(item, value.get("timestamp"))
        elif kind in ("AgentMessage", "agent_message"):
            self.out.message(_message_text(item))

    def _prompt(self, row: ParsedRow, item: dict[str, Any]) -> None:
        words = _message_text(item)
        if words:
            offset = row.offset if self._begin is None else self._begin
            name = text(item, "id") or self._turn or f"@{offset}"
            at = second(row.value.get("timestamp"))
            self.out.prompt(RecordedPrompt(name, words, at, offset, self._turn))
            self._begin = None

    def _changed(self, item: dict[str, Any], at: object) -> None:
        name, changes = text(item, "id", "call_id"), item.get("changes")
        if name is None or not isinstance(changes, dict):
            self.out.skipped.append(UNREADABLE_CHANGE)
            return
        edits: list[FileEdit] = []
        for path, change in changes.items():
            made = _edits(path, change)
            edits += made
            if not made:
                self.out.skipped.append(UNREADABLE_CHANGE)
        failed = item.get("status") in ("failed", "declined") or item.get("success") is False
        self._add_call(name, "apply_patch", {"files": sorted(changes)}, at)
        self.out.result(name, {}, failed=failed, edits=tuple(edits))

    def _ran(self, item: dict[str, Any], at: object) -> None:
        """Read a shell command: the last word of its argument list, after a shell and its options."""
        name, words = text(item, "id"), item.get("command")
        if name is not None and isinstance(words, list) and len(words) > 1:
            directory = (text(item, "cwd") or "").removeprefix("file://")
            place = {} if directory == self.out.cwd else {"workdir": directory}
            self._add_call(name, "Bash", {"command": words[-1], **place}, at)
            self.out.result(name, {}, failed=item.get("status") == "declined")

    def _add_call(self, name: str, tool: str, arguments: dict[str, Any], at: object) -> None:
        payload = {
            "hook_event_name": "PostToolUse",
            "session_id": self._session,
            "turn_id": self._turn,
            "tool_name": tool,
            "tool_use_id": name,
            "tool_input": arguments,
        }
        self.out.call(name, payload, at, model=self._model)


def _edits(path: str, change: object) -> tuple[FileEdit, ...]:
    """The edits of one file in a `FileChange`; none where it has an unknown form."""
    if isinstance(change, dict) and len(change) == 1:  # {"add": {…}}, as older versions write it
        ((kind, inner),) = change.items()
        change = {"type": kind, **inner} if isinstance(inner, dict) else change
    kind = text(change, "type")
    content = change.get("content") if isinstance(change, dict) else None
    if kind == "add" and isinstance(content, str):
        return (FileEdit(path, content=content),)
    if kind == "delete":
        return (FileEdit(path, removed=True, old=content if isinstance(content, str) else None),)
    diff, target = text(change, "unified_diff"), text(change, "move_path")
    if kind != "update" or (diff is None and target is None):
        return ()
    edit = FileEdit(target or path, chunks=chunks_of(diff or ""), source=path if target else None)
    return (edit, *([FileEdit(path, removed=True)] if target else []))


def chunks_of(diff: str) -> tuple[Chunk, ...]:
    """The hunks of a unified diff of one file, without the lines that name the file."""
    chunks: list[list[str]] = []
    for line in diff.split("\n"):
        if line.startswith("@@"):
            chunks.append([])
        elif chunks and line[:1] in ("+", "-", " "):
            chunks[-1].append(line)
    return tuple(Chunk("", tuple(rows)) for rows in chunks)


def _message_text(item: dict[str, Any]) -> str | None:
    """The text of a message, whose content is a list of texts or a text."""
    content = item.get("content")
    if isinstance(content, list):
        return "\n".join(filter(None, (text(entry, "text") for entry in content))) or None
    return text(item, "message") if content is None else text(item, "content")
