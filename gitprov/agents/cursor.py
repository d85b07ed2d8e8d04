"""Reads the hook payloads of Cursor. Written from type definitions of Cursor 2.4.

`afterFileEdit` and the hooks of shell commands are those of older versions; newer ones have hooks of tools.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import report
from gitprov.agents.payloads.common import no_facts as facts
from gitprov.agents.payloads.common import tool_report
from gitprov.agents.payloads.report import HookReport, first_text, text

AGENT = "cursor"
_EVENTS = {
    "preToolUse": report.BEFORE,
    "postToolUse": report.AFTER,
    "postToolUseFailure": report.FAILED,
    "beforeShellExecution": report.BEFORE,
    "afterShellExecution": report.AFTER,
    "afterFileEdit": report.AFTER,
    "beforeSubmitPrompt": report.PROMPT,
    "stop": report.STOP,
}

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines."""
    named = text(row, "hook_event_name") or event or ""
    name = _EVENTS.get(named)
    if name is None:
        return None
    tool, arguments = text(row, "tool_name"), row.get("tool_input")
    if named == "afterFileEdit":
        tool, arguments = "edit", {"path": row.get("file_path"), "edits": row.get("edits")}
    elif "Shell" in named:
        tool, arguments = "Shell", {"command": row.get("command")}
    root = first_text(row.get("workspace_roots"))
    hook = report.envelope(
        name,
        AGENT,
        row,
        session=text(row, "conversation_id", "session_id") or "",
        prompt_id=text(row, "generation_id"),
        cwd=text(row, "cwd") or root,
        prompt=text(row, "prompt") if name == report.PROMPT else None,
    )
    return tool_report(hook, tool, arguments)._replace(version=text(row, "cursor_version"))
