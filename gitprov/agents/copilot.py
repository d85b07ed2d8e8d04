"""Reads the hook payloads of GitHub Copilot CLI. Checked against Copilot CLI 1.0.102.

A payload of its own hooks names no event: the event is an argument of the command. The hooks in Claude Code's
settings, which it runs too, get other names for the same facts. No payload names the model or the tool use.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import report, tools
from gitprov.agents.payloads.report import HookReport, RecordFacts, part, text
from gitprov.model.untrusted.jsonvalue import loads_object

AGENT = "copilot-cli"
_EVENTS = {
    "preToolUse": report.BEFORE,
    "postToolUse": report.AFTER,
    "postToolUseFailure": report.FAILED,
    "userPromptSubmitted": report.PROMPT,
    "agentStop": report.STOP,
    "sessionStart": report.START,
}
_NAMES = {"Write": "create", "Edit": "edit", "Bash": "bash"}


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines."""
    named = text(row, "hook_event_name", "hookEventName") or event or _guess(row)
    name = _EVENTS.get(named, named if named in _EVENTS.values() else None)
    if name is None:
        return None
    kind = text(part(row, "toolResult", "tool_result"), "resultType", "result_type")
    if name == report.AFTER and kind not in (None, "success"):
        name = report.FAILED
    tool = text(row, "toolName", "tool_name")
    arguments = row.get("toolArgs", row.get("tool_input"))
    tool = _NAMES.get(tool or "", tool)
    if tool == "edit" and "input" in tools.arguments(arguments):
        tool = "apply_patch"
    session = text(row, "sessionId", "session_id") or ""
    parent = text(row, "parentAgentId", "parent_agent_id")
    hook = report.envelope(name, AGENT, row, tool=tool, input=tools.arguments(arguments))
    record = f"~/.copilot/session-state/{parent or session}/events.jsonl"
    edits, command = tools.edits_of(tool, arguments), tools.command_of(tool, arguments)
    return HookReport(hook, edits, command, record, parent=parent)


def _guess(row: dict[str, Any]) -> str:
    """The event of a payload for which neither payload nor command names one."""
    if "toolName" in row:
        if "error" in row:
            return "postToolUseFailure"
        return "postToolUse" if "toolResult" in row else "preToolUse"
    if "stopReason" in row and "agentName" not in row:
        return "agentStop"
    return "userPromptSubmitted" if "prompt" in row else ""


def facts(record: bytes) -> RecordFacts:
    """Model and version in a stretch of `events.jsonl`, each as its newest row has it."""
    model = version = None
    for line in record.split(b"\n"):
        if b'"assistant.message"' in line or b'"session.start"' in line:
            row = loads_object(line.decode("utf-8", "replace"))
            if row is not None and row.get("type") in ("assistant.message", "session.start"):
                data = part(row, "data")
                model = text(data, "model") or model
                version = text(data, "copilotVersion") or version
    return RecordFacts(model, version)
