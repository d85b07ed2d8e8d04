"""Reads hook payloads of Antigravity. Written from type definitions; no version was run.

Its payloads have the names of Gemini CLI's or of Claude Code's hooks; `toolCall` may have the tool's call.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents import gemini
from gitprov.agents.common import no_facts as facts
from gitprov.agents.common import read_like_claude
from gitprov.agents.report import HookReport, part, text

AGENT = "antigravity"

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines."""
    call = part(row, "toolCall", "tool_call")
    if call:
        row = {**row, "tool_name": text(call, "name"), "tool_input": call.get("args", call.get("input"))}
    reading = read_like_claude(AGENT, row, event) or gemini.read(row, event)
    if reading is None:
        return None
    return reading._replace(hook=reading.hook._replace(agent=AGENT), transcript=None)
