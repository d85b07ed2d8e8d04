"""Reads reports of a plug-in for Amp. Written from type definitions; no version was run.

Fields: `hook_event_name` (`tool.call`, `tool.result`, `prompt`, `stop`), `thread_id`, `cwd`, `tool_name`,
`tool_use_id`, `tool_input`, `model`.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents import report
from gitprov.agents.common import no_facts as facts
from gitprov.agents.common import tool_report
from gitprov.agents.report import HookReport, text

AGENT = "amp"
_EVENTS = {
    "tool.call": report.BEFORE,
    "tool.result": report.AFTER,
    "prompt": report.PROMPT,
    "stop": report.STOP,
}

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one message; None for events without meaning for lines."""
    name = _EVENTS.get(text(row, "hook_event_name") or event or "")
    if name is None:
        return None
    hook = report.envelope(name, AGENT, row, prompt=text(row, "prompt") if name == report.PROMPT else None)
    return tool_report(hook, text(row, "tool_name"), row.get("tool_input"))
