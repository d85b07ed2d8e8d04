"""Reads the Agent Client Protocol: JSON-RPC, one message a line, between an editor and its agent.

Checked against the schema of protocol version 1. Fields of later versions are read where they have the same
names; everything else has no meaning for lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gitprov.agents.acp.acp_names import agent_name, counts, model_named, prompt_text
from gitprov.agents.payloads import report
from gitprov.agents.payloads.edits import Replace
from gitprov.agents.payloads.report import FileEdit, HookReport, part, text
from gitprov.model.untrusted.jsonvalue import loads

WRITE, PERMISSION = "fs/write_text_file", "session/request_permission"
MOVE = "move"
"""The kind of a tool call that renames files."""

HOST = "acp"

_MOST = 1000
"""How many requests without an answer, and open tool calls, are remembered."""

_OUTPUT = 1 << 20
"""Characters of an answer of the model that are kept."""

_OPENING = ("session/new", "session/load", "session/resume", "session/fork")
_REPLAYING = ("session/load", "session/resume", "session/fork")
_EDITING = ("edit", "delete", MOVE)


class AcpReport(NamedTuple):
    """What one message reports, and the tokens of the turn that it ends."""

    report: HookReport
    usage: Mapping[str, int] = {}


class _Session:
    """What the messages so far contain about one session."""

    def __init__(self, cwd: str | None) -> None:
        self.cwd = cwd
        self.model: str | None = None
        self.replaying = False
        self.output: list[str] = []
        self.length = 0
        self.calls: dict[str, dict[str, Any]] = {}

    def add(self, words: str) -> None:
        """Add a piece of the model's answer."""
        if self.length < _OUTPUT:
            self.output.append(words)
            self.length += len(words)


class Conversation:
    """All that passes between one editor and one agent. `words` is the command line of the agent."""

    def __init__(self, words: tuple[str, ...], agent: str | None = None) -> None:
        self._words = words
        self._fixed = agent is not None
        self.agent = agent or agent_name(None, words)
        self.version: str | None = None
        self._requests: dict[tuple[bool, str], tuple[str, dict[str, Any]]] = {}
        self._sessions: dict[str, _Session] = {}

    def read(self, line: bytes, from_agent: bool) -> list[AcpReport]:
        """The reports of one line. ValueError where it is no JSON."""
        value = loads(line, forgiving=True)
        rows = value if isinstance(value, list) else [value]
        return [entry for row in rows if isinstance(row, dict) for entry in self._message(row, from_agent)]

    def _message(self, row: dict[str, Any], from_agent: bool) -> Iterator[AcpReport]:
        method, name = row.get("method"), json.dumps(row.get("id"))
        if not isinstance(method, str):
            request = self._requests.pop((not from_agent, name), None)
            if request is not None:
                yield from self._answered(*request, row)
            return
        params = part(row, "params")
        if "id" in row:
            _remember(self._requests, (from_agent, name), (method, _slim(method, params)))
        if from_agent:
            yield from self._of_agent(method, params, name)
        else:
            yield from self._of_editor(method, params)

    def _of_editor(self, method: str, params: dict[str, Any]) -> Iterator[AcpReport]:
        name = text(params, "sessionId") or ""
        if method in _REPLAYING and name:
            session = self._session(name)
            session.cwd = text(params, "cwd") or session.cwd
            session.replaying = True
        elif method == "session/prompt":
            session = self._session(name)
            session.output, session.length, session.replaying = [], 0, False
            prompt = prompt_text(params.get("prompt"))
            if prompt:
                yield self._report(report.PROMPT, name, prompt=prompt)

    def _of_agent(self, method: str, params: dict[str, Any], request: str) -> Iterator[AcpReport]:
        name = text(params, "sessionId") or ""
        if method == WRITE:
            yield self._write(report.BEFORE, params, request)
        elif method == PERMISSION:
            yield from self._call(name, part(params, "toolCall"))
        elif method == "session/update" and not self._session(name).replaying:
            yield from self._update(name, part(params, "update"))

    def _update(self, name: str, update: dict[str, Any]) -> Iterator[AcpReport]:
        kind, session = update.get("sessionUpdate"), self._session(name)
        if kind == "agent_message_chunk":
            session.add(text(part(update, "content"), "text") or "")
        elif kind in ("tool_call", "tool_call_update"):
            yield from self._call(name, update)
        elif kind == "config_option_update":
            session.model = model_named(update) or session.model

    def _call(self, name: str, update: dict[str, Any]) -> Iterator[AcpReport]:
        call = text(update, "toolCallId")
        if call is None:
            return
        calls = self._session(name).calls
        row = {**calls.get(call, {}), **{key: value for key, value in update.items() if value is not None}}
        _remember(calls, call, row)
        status = row.get("status")
        event = {"completed": report.AFTER, "failed": report.FAILED, "cancelled": report.FAILED}.get(
            str(status), report.BEFORE
        )
        if event != report.BEFORE:
            del calls[call]
        edits = edits_of(row)
        if edits:
            tool = text(row, "kind") or "tool_call"
            shown = {"title": row.get("title"), "input": row.get("rawInput")}
            yield self._report(event, name, edits, tool=tool, tool_use_id=call, input=shown)

    def _write(self, event: str, params: dict[str, Any], request: str) -> AcpReport:
        content, path = params.get("content"), text(params, "path")
        edits = (FileEdit(path, content=content),) if path and isinstance(content, str) else ()
        shown, call = {"path": path, "content": content}, f"write {request}"
        name = text(params, "sessionId") or ""
        return self._report(event, name, edits, tool=WRITE, tool_use_id=call, input=shown)

    def _answered(self, method: str, params: dict[str, Any], row: dict[str, Any]) -> Iterator[AcpReport]:
        result, name = part(row, "result"), text(params, "sessionId") or ""
        failed = "error" in row
        if method == WRITE:
            event = report.FAILED if failed else report.AFTER
            yield self._write(event, params, json.dumps(row.get("id")))
        elif method == "initialize":
            info = part(result, "agentInfo", "info")
            self.version = text(info, "version")
            self.agent = self.agent if self._fixed else agent_name(text(info, "name"), self._words)
        elif method in _OPENING:
            session = self._session(text(result, "sessionId") or name)
            session.cwd = text(params, "cwd") or session.cwd
            session.model = model_named(result) or session.model
            session.replaying = False
        elif method in ("session/set_model", "session/set_config_option") and not failed:
            session = self._session(name)
            session.model = model_named(result) or text(params, "modelId") or session.model
        elif method == "session/prompt":
            session = self._session(name)
            message = "".join(session.output)
            yield self._report(
                report.STOP, name, usage=counts(part(result, "usage")), message=message or None
            )

    def _report(
        self,
        event: str,
        session: str,
        edits: tuple[FileEdit, ...] = (),
        usage: Mapping[str, int] | None = None,
        **fields: Any,  # noqa: ANN401 - fields of Hook
    ) -> AcpReport:
        state = self._session(session)
        facts = {"session": session, "cwd": state.cwd, "model": state.model}
        hook = report.envelope(event, self.agent, {}, **facts, **fields)
        return AcpReport(HookReport(hook, edits, version=self.version), usage or {})

    def _session(self, name: str) -> _Session:
        if name not in self._sessions:
            _remember(self._sessions, name, _Session(None))
        return self._sessions[name]


def edits_of(call: Mapping[str, Any]) -> tuple[FileEdit, ...]:
    """The edits that a tool call shows: one text for another, which may be whole files or parts of them.

    Without such texts, the files at which an editing tool works; with them too where it renames files.
    """
    content, locations = call.get("content"), call.get("locations")
    rows = content if isinstance(content, list) else []
    diffs = [row for row in rows if isinstance(row, dict) and row.get("type") == "diff"]
    edits = tuple(edit for edit in map(_shown, diffs) if edit is not None)
    kind = call.get("kind")
    if (edits and kind != MOVE) or kind not in _EDITING or not isinstance(locations, list):
        return edits
    paths = dict.fromkeys(path for path in (text(row, "path") for row in locations) if path is not None)
    shown = {edit.path for edit in edits}
    return (*edits, *(FileEdit(path) for path in paths if path not in shown))


def early_paths(line: bytes) -> tuple[str, str, tuple[str, ...]] | None:
    """Session, tool use and files of a message whose edit waits for the editor's answer; None for others."""
    row = loads(line, forgiving=True)
    method, params = (row.get("method"), part(row, "params")) if isinstance(row, dict) else (None, {})
    name, path = text(params, "sessionId") or "", text(params, "path")
    if method == WRITE and path is not None and isinstance(row, dict):
        return name, f"write {json.dumps(row.get('id'))}", (path,)
    call = part(params, "toolCall")
    if method == PERMISSION and text(call, "toolCallId"):
        return name, text(call, "toolCallId") or "", tuple(edit.path for edit in edits_of(call))
    return None


def _shown(row: dict[str, Any]) -> FileEdit | None:
    path, old, new = text(row, "path"), row.get("oldText"), row.get("newText")
    if path is None or not isinstance(new, str):
        return None
    before = old if isinstance(old, str) else ""
    return FileEdit(path, replaces=(Replace(before, new),), created=not isinstance(old, str))


def _slim(method: str, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a request that its answer is read with."""
    names = ("sessionId", "cwd", "modelId", "path", "content")
    return {name: params[name] for name in names if name in params and (name != "content" or method == WRITE)}


def _remember(rows: dict[Any, Any], name: object, value: object) -> None:
    """Set a value; the oldest is dropped where there are too many."""
    rows.pop(name, None)
    rows[name] = value
    if len(rows) > _MOST:
        del rows[next(iter(rows))]
