"""What every agent's adapter returns for a hook payload: a `HookReport` with the edits of a tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gitprov.agents.claude.claude_code import Hook
from gitprov.agents.payloads import edits, patch
from gitprov.agents.payloads.edits import Replace, Substitution
from gitprov.agents.payloads.patch import Chunk

BEFORE, AFTER, FAILED = "PreToolUse", "PostToolUse", "PostToolUseFailure"
PROMPT, STOP, START = "UserPromptSubmit", "Stop", "SessionStart"
"""Names of a report's events, in the words of Claude Code's hooks."""


class FileEdit(NamedTuple):
    """What a tool does to one file, named by `path` as the agent wrote it.

    The first of these with a value is the kind of edit: `removed`; `content` is the file's whole new text;
    `replaces` are replacements in it; `chunks` are those of a patch; `appended` is text put at its end;
    `substitutions` are made on each line. Without any, only the file itself shows the edit. `source` is the
    earlier path of a renamed file.

    `old` and `new` are the whole file before and after as the tool's answer has them. `created`: the answer
    reports that there was no file before. `modified`: a person changed the proposal before accepting it.
    """

    path: str
    content: str | None = None
    replaces: tuple[Replace, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    removed: bool = False
    source: str | None = None
    old: str | None = None
    new: str | None = None
    created: bool = False
    modified: bool = False
    appended: str | None = None
    substitutions: tuple[Substitution, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether the edit can be repeated on a file without its tool."""
        named = self.removed or self.content is not None or self.appended is not None or self.source
        return bool(named or self.replaces or self.chunks or self.substitutions)


class HookReport(NamedTuple):
    """One hook payload. `hook` has what all agents have in common; its `transcript` is Claude Code's only.

    `command` is a shell tool's command, None for other tools. `transcript` is the agent's own record of the
    session, None where the payload names none. `parent` is the session that started this one. `directory` is
    the one in which the tool runs, if it is not the session's. `abandoned` are ids of prompts taken back.
    """

    hook: Hook
    edits: tuple[FileEdit, ...] = ()
    command: str | None = None
    transcript: str | None = None
    version: str | None = None
    parent: str | None = None
    directory: str | None = None
    abandoned: tuple[str, ...] = ()


class RecordFacts(NamedTuple):
    """What an agent's record of a session contains about the newest answer of its model.

    `host`: what the agent runs in, where the record says it.
    """

    model: str | None = None
    version: str | None = None
    host: str | None = None


def applied(edit: FileEdit, before: bytes | None, disk: bytes | None) -> bytes | None:
    """The file after an edit of `before`; where that differs from `disk` in line ends alone, `disk`.

    None where the file is removed. ValueError where the edit does not apply.
    """
    if edit.removed:
        return None
    if edit.content is not None:
        after: bytes | None = edits.encode(edit.content)
    elif edit.replaces:
        after = edits.apply(before, list(edit.replaces))
    elif edit.chunks:
        after = patch.apply(before, edit.chunks)
    elif edit.appended is not None:
        after = (before or b"") + edits.encode(edit.appended)
    elif edit.substitutions:
        after = None if before is None else edits.substituted(before, edit.substitutions)
    elif edit.source:
        after = before
    else:
        after = None
    if after is None:
        raise ValueError("the edit does not apply to what the file was before it")
    return disk if disk is not None and same_text(after, disk) else after


def same_text(one_side: bytes, other_side: bytes) -> bool:
    """Whether two contents differ at most in line ends, a byte order mark and the last line end."""
    return one_side == other_side or _plain(one_side) == _plain(other_side)


def _plain(content: bytes) -> bytes:
    return content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").removesuffix(b"\n")


def envelope(name: str, agent: str, row: Mapping[str, Any], **fields: Any) -> Hook:  # noqa: ANN401 - fields of Hook
    """A `Hook` of an agent with the fields that nearly all payloads have under nearly the same names."""
    session = text(row, "session_id", "sessionId", "sessionID", "thread_id", "threadId", "conversation_id")
    blank = dict.fromkeys(Hook._fields)
    common: dict[str, Any] = {
        **blank,
        "agent": agent,
        "name": name,
        "session": session or "",
        "cwd": text(row, "cwd"),
        "input": {},
        "response": {},
        "tool": text(row, "tool_name", "toolName", "tool"),
        "tool_use_id": text(row, "tool_use_id", "tool_call_id", "toolCallId", "callID"),
        "prompt": text(row, "prompt"),
        "model": model_of(row.get("model")),
        "source": text(row, "source"),
    }
    return Hook(**{**common, **fields})


def model_of(value: object) -> str | None:
    """The model that a payload names: a text, or an object with an id; None where it names none."""
    if isinstance(value, dict):
        value = text(value, "modelID", "id", "slug", "name", "model")
    return value if isinstance(value, str) and value and value != "unknown" else None


def text(row: object, *names: str) -> str | None:
    """The first of these fields that is a text with content; None where none is."""
    values = (row.get(name) for name in names) if isinstance(row, dict) else ()
    return next((value for value in values if isinstance(value, str) and value), None)


def first_text(rows: object) -> str | None:
    """The first text in a list; None where there is none."""
    return next((row for row in rows if isinstance(row, str)), None) if isinstance(rows, list) else None


def part(row: object, *names: str) -> dict[str, Any]:
    """The first of these fields that is an object; an empty one where none is."""
    values = (row.get(name) for name in names) if isinstance(row, dict) else ()
    return next((value for value in values if isinstance(value, dict)), {})
