"""Reads the hook payloads of Codex CLI. Checked against Codex CLI 0.171.0.

Its hooks have the names of Claude Code's. A patch inside of a shell command is announced and never reported
as done; neither is a patch that does not apply. `notify` gives its JSON object as argument, not on stdin.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import clients, report, tools
from gitprov.agents.payloads.report import HookReport, RecordFacts, part, text
from gitprov.model.untrusted.jsonvalue import loads_object

AGENT = "codex"
_EVENTS = frozenset((report.BEFORE, report.AFTER, report.PROMPT, report.STOP, report.START, "SubagentStop"))


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines. `event` is not needed."""
    if row.get("type") == "agent-turn-complete":
        row = {
            "session_id": row.get("thread-id"),
            "turn_id": row.get("turn-id"),
            "cwd": row.get("cwd"),
            "last_assistant_message": row.get("last-assistant-message"),
            "hook_event_name": report.STOP,
        }
    name = text(row, "hook_event_name") or event or ""
    if name not in _EVENTS:
        return None
    tool, arguments = text(row, "tool_name"), row.get("tool_input")
    answer = row.get("tool_response")
    hook = report.envelope(
        report.STOP if name == "SubagentStop" else name,
        AGENT,
        row,
        prompt_id=text(row, "turn_id"),
        message=text(row, "last_assistant_message"),
        input=tools.arguments(arguments),
        response={"output": answer} if isinstance(answer, str) else part(row, "tool_response"),
    )
    command = tools.command_of(tool, arguments)
    edits, directory = tools.edits_of(tool, arguments), tools.directory_of(arguments)
    return HookReport(hook, edits, command, text(row, "transcript_path"), directory=directory)


def facts(record: bytes) -> RecordFacts:
    """Model, version and host in a stretch of a session's record (`rollout-*.jsonl`), of its newest rows."""
    model = version = host = None
    for line in record.split(b"\n"):
        if b'"turn_context"' in line or b'"session_meta"' in line:
            payload = part(loads_object(line.decode("utf-8", "replace")), "payload")
            model = text(payload, "model") or model
            version = text(payload, "cli_version") or version
            host = _host(payload) or host
    return RecordFacts(model, version, host)


def _host(payload: dict[str, Any]) -> str | None:
    """The program that Codex runs in, by the first row of a record."""
    if (text(payload, "originator") or "").startswith("codex_sdk"):
        return clients.SDK
    return {"cli": clients.CLI, "exec": clients.CLI, "vscode": clients.IDE}.get(text(payload, "source") or "")
