"""Reads what gitprov's extension for pi reports. Checked against pi 0.73.1.

The extension sends `event` as pi passes it, `cwd`, `session_id` and `model`.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import report
from gitprov.agents.payloads.common import no_facts as facts
from gitprov.agents.payloads.common import tool_report
from gitprov.agents.payloads.report import HookReport, part, text

AGENT = "pi"
_EVENTS = {
    "tool_call": report.BEFORE,
    "tool_result": report.AFTER,
    "input": report.PROMPT,
    "agent_end": report.STOP,
}

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one message of the extension; None for events without meaning for lines."""
    inner = part(row, "event")
    name = _EVENTS.get(text(inner, "type") or event or "")
    if name is None:
        return None
    if name == report.AFTER and inner.get("isError") is True:
        name = report.FAILED
    hook = report.envelope(
        name,
        AGENT,
        row,
        tool_use_id=text(inner, "toolCallId"),
        prompt=text(inner, "text") if name == report.PROMPT else None,
    )
    return tool_report(hook, text(inner, "toolName"), inner.get("input"))
