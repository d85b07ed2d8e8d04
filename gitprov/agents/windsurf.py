"""Reads the hook payloads of Windsurf's Cascade. Written from type definitions; no version was run.

Its JSON may have bare control characters in texts.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import report
from gitprov.agents.payloads.common import no_facts as facts
from gitprov.agents.payloads.common import tool_report
from gitprov.agents.payloads.report import HookReport, model_of, part, text

AGENT = "windsurf"
_EVENTS = {
    "pre_write_code": (report.BEFORE, "edit"),
    "post_write_code": (report.AFTER, "edit"),
    "pre_run_command": (report.BEFORE, "run_command"),
    "post_run_command": (report.AFTER, "run_command"),
    "pre_user_prompt": (report.PROMPT, None),
    "post_cascade_response": (report.STOP, None),
}

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines."""
    name, tool = _EVENTS.get(text(row, "agent_action_name") or event or "", (None, None))
    if name is None:
        return None
    info = part(row, "tool_info")
    hook = report.envelope(
        name,
        AGENT,
        row,
        session=text(row, "trajectory_id") or "",
        cwd=text(info, "cwd"),
        model=model_of(row.get("model_name")),
        prompt=text(info, "user_prompt") if name == report.PROMPT else None,
        message=text(info, "response"),
    )
    arguments = {"file_path": info.get("file_path"), "edits": info.get("edits")}
    if tool == "run_command":
        arguments = {"command": text(info, "command_line", "command") or "", "cwd": info.get("cwd")}
    return tool_report(hook, tool, arguments)
