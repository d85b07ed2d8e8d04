"""Reads reports of gitprov's plug-in for Amp. Written from public plug-ins; no version was run.

Fields: `hook_event_name` (`agent.start`, `tool.result`, `agent.end`; other plug-ins may send `tool.call`),
`thread_id`, `parent_thread_id`, `cwd`, `tool_name`, `tool_use_id`, `tool_input`, `status`, `model`.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import report
from gitprov.agents.payloads.common import no_facts as facts
from gitprov.agents.payloads.common import tool_report
from gitprov.agents.payloads.report import HookReport, text

AGENT = "amp"
_EVENTS = {
    "tool.call": report.BEFORE,
    "tool.result": report.AFTER,
    "agent.start": report.PROMPT,
    "prompt": report.PROMPT,
    "agent.end": report.STOP,
    "stop": report.STOP,
}

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one message; None for events without meaning for lines."""
    name = _EVENTS.get(text(row, "hook_event_name") or event or "")
    if name is None:
        return None
    if name == report.AFTER and text(row, "status") in ("error", "cancelled"):
        name = report.FAILED
    hook = report.envelope(
        name,
        AGENT,
        row,
        prompt=text(row, "prompt") if name == report.PROMPT else None,
        prompt_id=text(row, "prompt_id"),
        message=text(row, "message"),
    )
    reading = tool_report(hook, text(row, "tool_name"), row.get("tool_input"))
    return reading._replace(parent=text(row, "parent_thread_id"))
