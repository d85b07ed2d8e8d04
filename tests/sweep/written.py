"""Transcripts of sessions in the shape of the recorded ones: agents that work without hooks, and write what they do.

Forms that were recorded from real sessions; those that are known from documentation only are in `documented.py`.
"""

from __future__ import annotations

import calendar
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from gitprov.model.canonical import sha256_hex
from tests.agents.test_matrix import Player
from tests.support import sealed
from tests.support.repo import GitRepo
from tests.support.shapes import AFTER, BEFORE, FAILED, PROMPT, Call, Edit
from tests.sweep.opencode_database import fill

Row = dict[str, Any]


class Said(NamedTuple):
    """A moment of a session: a prompt, or a call with its edit and the contents of its file before and after."""

    at: str
    prompt: str | None = None
    call: Call | None = None
    edit: Edit | None = None
    failed: bool = False
    before: str | None = None
    after: str | None = None


Forms = dict[str, tuple[str, Callable[[str, str, list[Said]], list[Row]]]]


class Writer(Player):
    """An agent without hooks. `write` puts the transcripts of its sessions where it keeps them.

    `step`: seconds between two moments of it. `has_refused`: whether its transcripts have calls that were refused.
    """

    def __init__(self, agent: str, repo: GitRepo) -> None:
        super().__init__(agent, repo)
        self.sessions: dict[str, list[Said]] = {}
        self.doing: Edit | None = None
        self.step = 1.0
        self.has_refused = True
        self._was: str | None = None

    def report(self, phase: str, session: str, prompt: str | None = None, **facts: object) -> None:
        """Keep what the agent would write about this moment."""
        call = facts.get("call")
        assert call is None or isinstance(call, Call)
        said = self.sessions.setdefault(f"{self.agent} {session}", [])
        moment = sealed.clock(self.repo.env) + self.step * sum(map(len, self.sessions.values()))
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{round(moment % 1 * 1000):03}Z"
        if phase == BEFORE:
            self._was = self._held()
        elif phase == PROMPT:
            said.append(Said(now, prompt))
        elif phase == AFTER or (phase == FAILED and self.has_refused):
            said.append(Said(now, None, call, self.doing, phase == FAILED, self._was, self._held()))

    def edit(
        self, edit: Edit, session: str = "s1", *, refused: bool = False, parent: str | None = None
    ) -> None:
        """Make an edit, and remember it for the transcript."""
        self.doing = edit._replace(
            path=f"{self.room}/{edit.path}", target=f"{self.room}/{edit.target}" if edit.target else ""
        )
        super().edit(edit, session, refused=refused, parent=parent)

    def _held(self) -> str | None:
        path = self.repo.path / (self.doing.path if self.doing is not None else "")
        return path.read_text() if path.is_file() else None

    def write(self) -> None:
        """Write the transcripts."""
        self.put(FORMS)

    def put(self, forms: Forms) -> None:
        """Write the transcripts in one of these forms."""
        home = Path(self.repo.env["HOME"])
        root = str(self.repo.path)
        if self.agent == "opencode":
            rows = [row for name, said in self.sessions.items() for row in _opencode(root, name, said)]
            file = home / ".local/share/opencode/opencode.db"
            file.parent.mkdir(parents=True, exist_ok=True)
            rows.sort(key=lambda row: ["session", "message", "part"].index(row["table"]))
            fill(file, "".join(json.dumps(row) + "\n" for row in rows))
            return
        for name, said in self.sessions.items():
            place, form = forms[self.agent]
            slug, dashes = re.sub(r"[^A-Za-z0-9]", "-", root), root.replace("/", "-")
            names = {"slug": slug, "stripped": slug.strip("-"), "dashes": dashes, "session": name}
            file = home / place.format(**names)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(json.dumps(row) + "\n" for row in form(root, name, said)))


def _claude(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = []
    for n, entry in enumerate(said):
        facts = {"cwd": root, "sessionId": session, "version": "2.1.332", "timestamp": entry.at}
        if entry.call is None:
            message: Row = {"role": "user", "content": entry.prompt}
            rows.append({"type": "user", "uuid": f"u{n}", "message": message, **facts})
            continue
        call = {
            "type": "tool_use",
            "id": entry.call.id,
            "name": entry.call.tool,
            "input": entry.call.arguments,
        }
        message = {"id": f"m{n}", "role": "assistant", "content": [call]}
        rows.append({"type": "assistant", "uuid": f"a{n}", "message": message, **facts})
        result: Row = {"type": "tool_result", "tool_use_id": entry.call.id, "content": "ok"}
        shown: Any = {"stdout": "", "stderr": "", "interrupted": False}
        if entry.failed:
            shown, result["is_error"] = "Error: refused", True
        elif entry.call.tool != "Bash":
            shown = {"filePath": entry.call.arguments["file_path"], "originalFile": entry.before}
        if entry.call.tool == "Write" and not entry.failed:
            shown |= {"type": "create", "content": entry.call.arguments["content"]}
        if entry.call.tool == "Edit" and not entry.failed:
            old, new = entry.call.arguments["old_string"], entry.call.arguments["new_string"]
            shown |= {"oldString": old, "newString": new, "replaceAll": False, "userModified": False}
        message = {"role": "user", "content": [result]}
        rows.append({"type": "user", "uuid": f"r{n}", "message": message, "toolUseResult": shown, **facts})
    return rows


def _codex(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = [{"type": "session_meta", "payload": {"session_id": session, "cwd": root}}]
    for n, entry in enumerate(said):
        if entry.call is None:
            rows.append({"type": "turn_context", "payload": {"turn_id": f"t{n}", "model": "gpt-5.5"}})
            item: Row = {"type": "UserMessage", "id": f"u{n}"}
            item["content"] = [{"type": "text", "text": entry.prompt}]
        elif entry.call.tool == "Bash":
            words = ["/bin/bash", "-lc", entry.call.arguments["command"]]
            item = {
                "type": "CommandExecution",
                "id": entry.call.id,
                "command": words,
                "cwd": f"file://{root}",
            }
            item["status"] = "completed"
        else:
            assert entry.edit is not None
            item = {"type": "FileChange", "id": entry.call.id, "status": "completed"}
            item["changes"] = {f"{root}/{entry.edit.path}": _change(root, entry.edit)}
        payload = {"type": "item_completed", "item": item}
        rows.append({"timestamp": entry.at, "type": "event_msg", "payload": payload})
    return rows


def _change(root: str, edit: Edit) -> Row:
    """What Codex writes about the change of a file."""
    if edit.kind == "write":
        return {"type": "add", "content": edit.text}
    if edit.kind == "delete":
        return {"type": "delete", "content": "going\n"}
    diff = "".join(f"@@ -1 +1 @@\n-{old}\n+{new}\n" for old, new in edit.pairs)
    target = f"{root}/{edit.target}" if edit.target else None
    return {"type": "update", "unified_diff": diff, "move_path": target}


def _gemini(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = [{"sessionId": session, "projectHash": sha256_hex(root.encode()), "kind": "main"}]
    for n, entry in enumerate(said):
        facts = {"id": f"{session} {n}", "timestamp": entry.at}
        if entry.call is None:
            rows.append({**facts, "type": "user", "content": [{"text": entry.prompt}]})
            continue
        call = {"id": entry.call.id, "name": entry.call.tool, "args": entry.call.arguments}
        call |= {"status": "error" if entry.failed else "success", "timestamp": entry.at}
        call["resultDisplay"] = _shown(root, entry)
        rows.append({**facts, "type": "gemini", "content": ""})
        rows.append({**facts, "type": "gemini", "content": "", "toolCalls": [call]})
    return rows


def _shown(root: str, entry: Said) -> object:
    """What Gemini CLI and its relative show of a tool: the whole file before and after an edit."""
    assert entry.call is not None
    if entry.failed or "command" in entry.call.arguments:
        return ""
    path = f"{root}/{entry.call.arguments['file_path']}"
    return {"filePath": path, "originalContent": entry.before or "", "newContent": entry.after or ""}


def _qwen(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = []
    for n, entry in enumerate(said):
        facts = {"uuid": f"{session} {n}", "sessionId": session, "timestamp": entry.at, "cwd": root}
        if entry.call is None:
            message: Row = {"role": "user", "parts": [{"text": entry.prompt}]}
            rows.append({**facts, "type": "user", "provenance": "real_user", "message": message})
            continue
        call = {"id": entry.call.id, "name": entry.call.tool, "args": entry.call.arguments}
        message = {"role": "model", "parts": [{"functionCall": call}]}
        rows.append({**facts, "type": "assistant", "message": message})
        result = {"callId": entry.call.id, "status": "error" if entry.failed else "success"}
        rows.append(
            {
                **facts,
                "type": "tool_result",
                "toolCallResult": {**result, "resultDisplay": _shown(root, entry)},
            }
        )
    return rows


def _copilot(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = [{"type": "session.start", "data": {"sessionId": session, "context": {"cwd": root}}}]
    for n, entry in enumerate(said):
        if entry.call is None:
            data: Row = {"content": entry.prompt, "messageId": f"m{n}"}
            rows.append({"type": "user.message", "data": data, "timestamp": entry.at})
            continue
        data = {"toolCallId": entry.call.id, "toolName": entry.call.tool, "arguments": entry.call.arguments}
        rows.append({"type": "tool.execution_start", "data": data, "timestamp": entry.at})
        data = {"toolCallId": entry.call.id, "success": not entry.failed}
        rows.append({"type": "tool.execution_complete", "data": data, "timestamp": entry.at})
    return rows


def _pi(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = [{"type": "session", "id": session, "cwd": root}]
    for n, entry in enumerate(said):
        facts = {"type": "message", "id": f"m{n}", "timestamp": entry.at}
        if entry.call is None:
            content: list[Row] = [{"type": "text", "text": entry.prompt}]
            rows.append({**facts, "message": {"role": "user", "content": content}})
            continue
        content = [{"type": "toolCall", "id": entry.call.id, "name": entry.call.tool}]
        content[0]["arguments"] = entry.call.arguments
        rows.append({**facts, "message": {"role": "assistant", "content": content, "model": "fake-model"}})
        message = {"role": "toolResult", "toolCallId": entry.call.id, "isError": entry.failed}
        rows.append({**facts, "message": message})
    return rows


def _opencode(root: str, session: str, said: list[Said]) -> list[Row]:
    rows: list[Row] = []

    def add(table: str, name: str, at: int, data: Row, **columns: object) -> None:
        row = {"table": table, "id": name, "session_id": session, "time_created": at}
        rows.append({**row, "time_updated": at, **columns, "data": data})

    for n, entry in enumerate(said):
        second, milliseconds = entry.at[:-1].split(".")
        at = 1000 * calendar.timegm(time.strptime(second, "%Y-%m-%dT%H:%M:%S")) + int(milliseconds)
        name = f"{session} {n:03}"
        role = "user" if entry.call is None else "assistant"
        add("message", name, at, {"role": role, "modelID": "fake-model", "path": {"cwd": root}})
        data: Row = {"type": "text", "text": entry.prompt}
        if entry.call is not None:
            state = {"status": "error" if entry.failed else "completed", "input": entry.call.arguments}
            state |= {"time": {"start": at, "end": at}}
            data = {"type": "tool", "tool": entry.call.tool, "callID": entry.call.id, "state": state}
        add("part", f"{name} p", at, data, message_id=name)
    first = {"table": "session", "id": session, "parent_id": None, "directory": root, "version": "1.18.33"}
    return [{**first, "revert": None, "time_created": 1, "time_updated": 1795885990000}, *rows]


FORMS: Forms = {
    "claude-code": (".claude/projects/{slug}/{session}.jsonl", _claude),
    "codex": (".codex/sessions/2026/02/01/rollout-{session}.jsonl", _codex),
    "gemini": (".gemini/tmp/repo/chats/session-{session}.jsonl", _gemini),
    "qwen": (".qwen/projects/{slug}/chats/{session}.jsonl", _qwen),
    "copilot": (".copilot/session-state/{session}/events.jsonl", _copilot),
    "pi": (".pi/agent/sessions/-{dashes}--/{session}.jsonl", _pi),
    "opencode": ("", _opencode),
}
"""Name on the command line → place below the home directory, and the rows of one session."""
