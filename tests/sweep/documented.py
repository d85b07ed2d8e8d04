"""Transcripts in the forms that documentation and other tools' fixtures give, of agents that could not be run.

Each has a prompt, and in a directory with the agent's name a new file `hello.py`, and two edits of `app.py` with one between them that was refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.sweep.written import Forms, Said

Row = dict[str, Any]
PROMPT = "Please make a greeting"
HELLO = "def hello():\n    return 'hello'\n"
BEFORE = "line_1 = 1\nline_2 = 2\nline_3 = 3\n"
AFTER = "line_1 = 1\nline_2 = 22\nline_3 = 33\n"
AT = "2026-11-28T16:55:28.000Z"


class Made(NamedTuple):
    """A transcript, and where the agent keeps it below the home directory."""

    place: str
    data: bytes


def _calls(room: str, names: tuple[str, str], fields: tuple[str, str, str, str]) -> list[tuple[str, Row]]:
    """The tool calls: `names` of the tools, `fields` of path, content, old and new text."""
    (write, edit), (path, content, old, new) = names, fields
    return [
        (write, {path: f"{room}/hello.py", content: HELLO}),
        (edit, {path: f"{room}/app.py", old: "line_2 = 2", new: "line_2 = 22"}),
        (edit, {path: f"{room}/app.py", old: "line_1 = 1", new: "line_1 = 11"}),
        (edit, {path: f"{room}/app.py", old: "line_3 = 3", new: "line_3 = 33"}),
    ]


def _lines(rows: list[Row]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _cursor(root: str) -> Made:
    fields = ("path", "contents", "old_string", "new_string")
    query = {"type": "text", "text": f"<user_query>\n{PROMPT}\n</user_query>"}
    rows: list[Row] = [{"role": "user", "message": {"content": [query]}}]
    for tool, arguments in _calls(f"{root}/cursor", ("Write", "StrReplace"), fields):
        call = {"type": "tool_use", "name": tool, "input": arguments}
        rows.append({"role": "assistant", "message": {"content": [{"type": "text", "text": "ok"}, call]}})
    rows.append({"type": "turn_ended", "status": "success"})
    slug = "".join(c if c.isalnum() else "-" for c in root).strip("-")
    return Made(f".cursor/projects/{slug}/agent-transcripts/c1/c1.jsonl", _lines(rows))


def _droid(root: str) -> Made:
    rows: list[Row] = [{"type": "session_start", "id": "d1", "title": "t", "version": 2, "cwd": root}]

    def add(role: str, block: Row) -> None:
        message = {"role": role, "content": [block]}
        rows.append({"type": "message", "id": f"m{len(rows)}", "timestamp": AT, "message": message})

    add("user", {"type": "text", "text": f"<system-reminder>be kind</system-reminder>\n{PROMPT}"})
    fields = ("file_path", "content", "old_str", "new_str")
    for number, (tool, arguments) in enumerate(_calls(f"{root}/droid", ("Create", "Edit"), fields)):
        add("assistant", {"type": "tool_use", "id": f"call_{number}", "name": tool, "input": arguments})
        failed = {"is_error": True} if number == 2 else {}
        add("user", {"type": "tool_result", "tool_use_id": f"call_{number}", "content": "ok", **failed})
    return Made(f".factory/sessions/{root.replace('/', '-')}/d1.jsonl", _lines(rows))


def _amp(root: str) -> Made:
    trees = [{"displayName": "repo", "uri": f"file://{root.replace(' ', '%20')}"}]
    messages: list[Row] = [{"role": "user", "messageId": 0, "content": [{"type": "text", "text": PROMPT}]}]
    fields = ("path", "content", "old_str", "new_str")
    for number, (tool, arguments) in enumerate(_calls(f"{root}/amp", ("create_file", "edit_file"), fields)):
        call = {"type": "tool_use", "id": f"toolu_{number}", "name": tool, "input": arguments}
        messages.append({"role": "assistant", "content": [call], "usage": {"model": "claude-opus-4-5"}})
        run = {"status": "rejected-by-user" if number == 2 else "done"}
        result = {"type": "tool_result", "toolUseID": f"toolu_{number}", "run": run}
        messages.append({"role": "user", "content": [result]})
    thread = {"v": 1, "id": "T-1", "env": {"initial": {"trees": trees}}, "messages": messages}
    return Made(".local/share/amp/threads/T-1.json", json.dumps(thread, indent=1).encode())


def _antigravity(root: str) -> Made:
    words = f"<USER_REQUEST>\n{PROMPT}\n</USER_REQUEST>\n<ADDITIONAL_METADATA>x</ADDITIONAL_METADATA>"
    rows: list[Row] = [{"step_index": 0, "source": "USER_EXPLICIT", "type": "USER_INPUT", "content": words}]
    fields = ("TargetFile", "CodeContent", "TargetContent", "ReplacementContent")
    for tool, arguments in _calls(f"{root}/antigravity", ("write_to_file", "replace_file_content"), fields):
        quoted = {name: json.dumps(value) for name, value in arguments.items()}
        step: Row = {"step_index": len(rows), "source": "MODEL", "type": "PLANNER_RESPONSE", "status": "DONE"}
        rows.append({**step, "created_at": AT, "tool_calls": [{"name": tool, "args": quoted}]})
        rows.append({"step_index": len(rows), "source": "MODEL", "type": "CODE_ACTION", "status": "DONE"})
    logs = ".gemini/antigravity-cli/brain/a1/.system_generated/logs"
    return Made(f"{logs}/transcript_full.jsonl", _lines(rows))


MADE: dict[str, Callable[[str], Made]] = {
    "cursor": _cursor,
    "droid": _droid,
    "amp": _amp,
    "antigravity": _antigravity,
}
"""Name on the command line → its transcript for a work tree."""


def _cursor_rows(_root: str, _session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = []
    for entry in said:
        if entry.call is None:
            block: Row = {"type": "text", "text": f"<user_query>\n{entry.prompt}\n</user_query>"}
        else:
            block = {"type": "tool_use", "name": entry.call.tool, "input": entry.call.arguments}
        rows.append({"role": "user" if entry.call is None else "assistant", "message": {"content": [block]}})
    return rows


def _droid_rows(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = [{"type": "session_start", "id": session, "version": 2, "cwd": root}]

    def add(role: str, at: str, block: Row) -> None:
        message = {"role": role, "content": [block]}
        rows.append({"type": "message", "id": f"{session} {len(rows)}", "timestamp": at, "message": message})

    for entry in said:
        if entry.call is None:
            add("user", entry.at, {"type": "text", "text": entry.prompt})
            continue
        tool, arguments, number = entry.call
        add("assistant", entry.at, {"type": "tool_use", "id": number, "name": tool, "input": arguments})
        result = {"type": "tool_result", "tool_use_id": number, "content": "ok", "is_error": entry.failed}
        add("user", entry.at, result)
    return rows


def _amp_rows(root: str, session: str, said: list[Said]) -> list[Row]:
    messages: list[Row] = []
    for entry in said:
        if entry.call is None:
            block: Row = {"type": "text", "text": entry.prompt}
            messages.append({"role": "user", "messageId": len(messages), "content": [block]})
            continue
        tool, arguments, number = entry.call
        call = {"type": "tool_use", "id": number, "name": tool, "input": arguments}
        messages.append({"role": "assistant", "messageId": len(messages), "content": [call]})
        run = {"status": "rejected-by-user" if entry.failed else "done"}
        block = {"type": "tool_result", "toolUseID": number, "run": run}
        messages.append({"role": "user", "messageId": len(messages), "content": [block]})
    trees = [{"displayName": "repo", "uri": f"file://{root}"}]
    return [{"v": 1, "id": session, "env": {"initial": {"trees": trees}}, "messages": messages}]


def _antigravity_rows(root: str, _session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = []
    for entry in said:
        step: Row = {"step_index": len(rows), "created_at": entry.at, "status": "DONE"}
        if entry.call is None:
            words = f"<USER_REQUEST>\n{entry.prompt}\n</USER_REQUEST>"
            rows.append({**step, "source": "USER_EXPLICIT", "type": "USER_INPUT", "content": words})
            continue
        arguments = {**entry.call.arguments, "TargetFile": f"{root}/{entry.call.arguments['TargetFile']}"}
        quoted = {name: json.dumps(value) for name, value in arguments.items()}
        calls = [{"name": entry.call.tool, "args": quoted}]
        rows.append({**step, "source": "MODEL", "type": "PLANNER_RESPONSE", "tool_calls": calls})
    return rows


DOCUMENTED: Forms = {
    "cursor": (".cursor/projects/{stripped}/agent-transcripts/{session}/{session}.jsonl", _cursor_rows),
    "droid": (".factory/sessions/{dashes}/{session}.jsonl", _droid_rows),
    "amp": (".local/share/amp/threads/T-{session}.json", _amp_rows),
    "antigravity": (
        ".gemini/antigravity-cli/brain/{session}/.system_generated/logs/transcript_full.jsonl",
        _antigravity_rows,
    ),
}
"""Name on the command line → place below the home directory, and the rows of one session that a `Writer` played."""
