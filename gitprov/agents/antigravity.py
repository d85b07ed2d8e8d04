"""Reads hook payloads of Antigravity. Written from its documentation; no version was run.

A payload names no event: it is an argument of the command. `toolCall` has the tool's call, with arguments in
capitals; the hooks of the IDE send none. `stepIdx` is the only id of a tool use. Older payloads have the
names of Gemini CLI's or of Claude Code's hooks.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents import gemini
from gitprov.agents.payloads import report
from gitprov.agents.payloads.common import no_facts as facts
from gitprov.agents.payloads.common import read_like_claude
from gitprov.agents.payloads.report import HookReport, first_text, model_of, part, text

AGENT = "antigravity"

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines."""
    reading = read_like_claude(AGENT, _plain(row), event) or gemini.read(_plain(row), event)
    if reading is None:
        return None
    hook = reading.hook._replace(agent=AGENT)
    if hook.name == report.AFTER and text(row, "error"):
        hook = hook._replace(name=report.FAILED)
    return reading._replace(hook=hook, transcript=None)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A payload with the names of Claude Code's hooks; as it is where its own fields are absent."""
    call, step = part(row, "toolCall", "tool_call"), row.get("stepIdx")
    plain: dict[str, Any] = {
        "session_id": text(row, "conversationId"),
        "cwd": first_text(row.get("workspacePaths")),
        "model": model_of(row.get("modelName")),
        "tool_use_id": f"step {step}" if isinstance(step, int) else None,
        "tool_name": text(call, "name"),
        "tool_input": (call.get("args", call.get("input")) if call else None),
    }
    return {**row, **{name: value for name, value in plain.items() if value is not None}}
