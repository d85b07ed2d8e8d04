"""Reads Claude Code's hook payloads: their fields, and the file edits that they report.

Checked against the hooks of Claude Code 2.1. Unknown fields are ignored, missing ones are None. Other clients
run the hooks of its settings too; their payloads are first converted to its format (`payloads/clients.py`).
"""

from __future__ import annotations

import json

from gitprov.agents.payloads import clients, edits
from gitprov.agents.payloads.edits import Replace
from gitprov.model.event import ContentRef
from gitprov.model.named import NamedTuple
from gitprov.model.untrusted.jsonvalue import optional_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EDIT_TOOLS = frozenset({"Write", "Edit", "MultiEdit", "NotebookEdit"})


class Hook(NamedTuple):
    """One payload. `agent` is the client that sent it, `name` the hook's; `response` is empty for a tool
    without a structured answer. `prompt_id` is the client's id of the prompt, also in its transcript.
    """

    agent: str
    name: str
    session: str
    cwd: str | None
    transcript: str | None
    tool: str | None
    input: dict[str, Any]
    response: dict[str, Any]
    tool_use_id: str | None
    subagent: str | None
    subagent_type: str | None
    subagent_transcript: str | None
    prompt: str | None
    message: str | None
    model: str | None
    source: str | None
    prompt_id: str | None = None

    @property
    def target(self) -> str | None:
        """Path of the file an editing tool names, as the agent wrote it."""
        if self.tool not in EDIT_TOOLS:
            return None
        name = "notebook_path" if self.tool == "NotebookEdit" else "file_path"
        return optional_text(self.input, name, "tool_input.") or None

    @property
    def tool_key(self) -> str:
        """A unique key of this tool use; older versions gave it no id."""
        if self.tool_use_id:
            return f"{self.session}\0{self.tool_use_id}"
        shown = json.dumps([self.tool, self.input], sort_keys=True)
        return f"{self.session}\0{self.subagent}\0{shown}"

    @property
    def user_modified(self) -> bool:
        """Whether a person changed the proposal before accepting it."""
        return self.response.get("userModified") is True


class FileState(NamedTuple):
    """A file at one moment: `content` is None if it did not exist. `ref` replaces bytes that are not kept."""

    content: bytes | None
    ref: ContentRef | None = None


class ProposedEdit(NamedTuple):
    """One edit to record; a reference replaces bytes that are not kept."""

    type: str
    before: bytes | ContentRef | None
    after: bytes | None


def read(payload: object) -> Hook:
    """Read a payload. ValueError, naming the field, where it is not one of Claude Code's."""
    if not isinstance(payload, dict):
        raise ValueError(f"the payload is not an object but {type(payload).__name__}")
    agent = clients.client_of(payload)
    payload = clients.translated(payload, agent)
    name = optional_text(payload, "hook_event_name")
    if not name:
        raise ValueError("hook_event_name is missing")
    response = payload.get("tool_response", payload.get("tool_result"))
    tool_input = payload.get("tool_input")
    if tool_input is not None and not isinstance(tool_input, dict):
        raise ValueError(f"tool_input is not an object but {type(tool_input).__name__}")
    return Hook(
        agent=agent,
        name=name,
        session=optional_text(payload, "session_id") or "",
        cwd=optional_text(payload, "cwd"),
        transcript=optional_text(payload, "transcript_path"),
        tool=optional_text(payload, "tool_name"),
        input=tool_input or {},
        response=response if isinstance(response, dict) else {},
        tool_use_id=optional_text(payload, "tool_use_id"),
        subagent=optional_text(payload, "agent_id"),
        subagent_type=optional_text(payload, "agent_type"),
        subagent_transcript=optional_text(payload, "agent_transcript_path"),
        prompt=optional_text(payload, "prompt" if "prompt" in payload else "user_prompt"),
        message=optional_text(payload, "last_assistant_message"),
        model=optional_text(payload, "model"),
        source=optional_text(payload, "source"),
        prompt_id=optional_text(payload, "prompt_id"),
    )


def changes(
    hook: Hook, proposal: dict[str, Any], seen: FileState | None, disk: bytes | None
) -> list[ProposedEdit]:
    """The edits of a finished tool use, oldest first.

    `proposal` is the tool input as the model wrote it, `seen` the file before the tool ran if that is known,
    `disk` the file now. Changes of other programs in the meantime are not part of the edits.
    ValueError where the edit cannot be separated from other changes.
    """
    if hook.tool == "NotebookEdit":
        return _notebook_changes(hook, proposal, seen, disk)
    before = _before(hook, seen, disk)
    if hook.tool == "Write":
        proposed: bytes | None = _written(_need(proposal, "content"), before, disk)
    elif not hook.user_modified and _is_patched(hook, before, disk):
        proposed = disk
    else:
        proposed = _edited(before, [_replaces(proposal)], disk)
        if proposed is None and not hook.user_modified:
            proposed = _edited(before, _variants(hook), disk)
    if proposed is None:
        raise ValueError("the edit does not apply to what the file was before it")
    made = [ProposedEdit("ai", before, proposed)]
    if hook.user_modified:
        accepted = _accepted(hook, before, disk)
        if accepted is not None and accepted != proposed:
            made.append(ProposedEdit("human", proposed, accepted))
    return made


def _is_patched(hook: Hook, before: bytes | ContentRef | None, disk: bytes | None) -> bool:
    """Whether the file on disk is exactly the file before plus the patch that the tool reports.

    The tool keeps a file's curly quotes where the model wrote straight ones: then only its patch has the real
    text.
    """
    if disk is None or not isinstance(before, bytes):
        return False
    undone = edits.unpatch(disk, hook.response.get("structuredPatch"))
    return undone is not None and undone.replace(b"\r\n", b"\n") == before.replace(b"\r\n", b"\n")


def _before(hook: Hook, seen: FileState | None, disk: bytes | None) -> bytes | ContentRef | None:
    """The file just before the edit, from the most reliable source available."""
    original = hook.response.get("originalFile", hook.response.get("originalFileContents"))
    content = None if seen is None else seen.content
    if hook.response.get("type") == "create" and not original:
        return None
    if isinstance(original, str):
        if not original and seen is not None and seen.content is None and seen.ref is None:
            return None
        return edits.like(original, content, disk)
    if hook.tool == "Write":
        return _before_write(hook, seen)
    # Copilot announces two edits of one answer before the first one is made: `seen` is too old for the
    # second.
    late = hook.agent == clients.COPILOT
    if late and (undone := _undone(hook, disk)) is not None:
        return undone
    if seen is not None and seen.ref is None and _edited(content, _variants(hook), None) is not None:
        return content
    if (undone := _undone(hook, disk)) is not None:
        return undone
    if seen is None and all(one and not one[0].old for one in _variants(hook)):
        return None  # an edit of nothing made the file
    raise ValueError("the content of the file before the edit is unknown")


def _undone(hook: Hook, disk: bytes | None) -> bytes | None:
    """The file on disk without the edit, where that is certain."""
    for replaces in _variants(hook) if disk is not None else ():
        undone = edits.unapply(disk or b"", replaces)
        if undone is not None:
            return undone
    return None


def _before_write(hook: Hook, seen: FileState | None) -> bytes | ContentRef | None:
    """The content that Write replaced: `seen`, else from the tool's own patch; None for a new file."""
    if seen is not None:
        return seen.content if seen.ref is None else seen.ref
    written = edits.encode(optional_text(hook.input, "content", "tool_input.") or "")
    undone = edits.unpatch(written, hook.response.get("structuredPatch"))
    if undone is None:
        raise ValueError("the content of the file before the edit is unknown")
    return undone


def _edited(before: object, variants: list[list[Replace]], disk: bytes | None) -> bytes | None:
    """`before` with the first variant of the edit that applies; of two results the one on disk."""
    if before is not None and not isinstance(before, bytes):
        return None
    for replaces in variants:
        plain = edits.apply(before, replaces)
        if plain is None:
            continue
        swallowed = edits.apply(before, replaces, swallow=True)
        return swallowed if swallowed is not None and swallowed == disk else plain
    return None


def _written(content: str, before: object, disk: bytes | None) -> bytes:
    """The content as written: the form on disk if that differs in line ends or byte order mark only."""
    plain = edits.encode(content)
    if disk is not None and disk != plain and edits.like(content, disk) == disk:
        return disk
    if isinstance(before, bytes) and disk is not None and b"\r\n" in disk and b"\n" in before:
        return edits.like(content, disk) if b"\r" not in plain else plain
    return plain


def _accepted(hook: Hook, before: bytes | ContentRef | None, disk: bytes | None) -> bytes | None:
    """The content that a person accepted in place of the proposal."""
    content = hook.response.get("content")
    if hook.tool == "Write" and isinstance(content, str):
        return _written(content, before, disk)
    if hook.tool != "Write":
        answer = _replaces_or_none(hook.response)
        made = None if answer is None else _edited(before, [answer], disk)
        if made is not None:
            return made
    return disk


def _notebook_changes(
    hook: Hook, proposal: dict[str, Any], seen: FileState | None, disk: bytes | None
) -> list[ProposedEdit]:
    contents = hook.response.get("original_file"), hook.response.get("updated_file")
    before = None if seen is None else seen.content
    if isinstance(contents[0], str) and isinstance(contents[1], str):
        return [
            ProposedEdit("ai", edits.like(contents[0], before, disk), edits.like(contents[1], disk, before))
        ]
    if seen is None or disk is None:
        raise ValueError("the content of the notebook before the edit is unknown")
    if seen.ref is not None:
        return [ProposedEdit("ai", seen.ref, disk)]
    if before is None:
        return [ProposedEdit("ai", None, disk)]
    from gitprov.agents.payloads import notebook

    cell = proposal.get("cell_id")
    first, last = notebook.isolate(before, disk, cell if isinstance(cell, str) else None, proposal)
    return [ProposedEdit("ai", first, last)]


def _variants(hook: Hook) -> list[list[Replace]]:
    """The edit as in the tool's input, and as in its answer if that text is slightly different."""
    answer = _replaces_or_none(hook.response)
    return [_replaces(hook.input), *([answer] if answer else [])]


def _replaces(tool_input: dict[str, Any]) -> list[Replace]:
    rows = tool_input.get("edits")
    if rows is None:
        rows = [tool_input]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("tool_input.edits is not a list of objects")
    return [
        Replace(_need(row, "old_string"), _need(row, "new_string"), row.get("replace_all") is True)
        for row in rows
    ]


def _replaces_or_none(response: dict[str, Any]) -> list[Replace] | None:
    old, new = response.get("oldString"), response.get("newString")
    if isinstance(old, str) and isinstance(new, str):
        return [Replace(old, new, response.get("replaceAll") is True)]
    return None


def _need(row: dict[str, Any], name: str) -> str:
    value = optional_text(row, name, "tool_input.")
    if value is None:
        raise ValueError(f"tool_input.{name} is missing")
    return value
