"""Reads hook payloads with the fields of Claude Code's hooks, which several agents copied.

Checked against type definitions of Droid 0.215.0 and Continue CLI 1.5.47; neither was seen to run a hook.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.claude.claude_code import Hook
from gitprov.agents.payloads import report, tools
from gitprov.agents.payloads.report import HookReport, RecordFacts, part, text

_EVENTS = frozenset((report.BEFORE, report.AFTER, report.FAILED, report.PROMPT, report.STOP, report.START))


def read_like_claude(agent: str, row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload of `agent`; None for events without meaning for lines."""
    name = text(row, "hook_event_name", "hookEventName") or event or ""
    if name not in _EVENTS:
        return None
    tool = text(row, "tool_name", "toolName")
    arguments = row.get("tool_input", row.get("toolInput"))
    hook = report.envelope(
        name,
        agent,
        row,
        message=text(row, "last_assistant_message"),
        prompt=text(row, "prompt", "user_prompt") if name == report.PROMPT else None,
        input=tools.arguments(arguments),
        response=part(row, "tool_response", "tool_result"),
    )
    return tool_report(hook, tool, arguments, record=text(row, "transcript_path", "transcriptPath"))


def tool_report(hook: Hook, tool: str | None, arguments: object, record: str | None = None) -> HookReport:
    """The report of a `Hook` whose tool has these arguments. `record`: the agent's record of the session."""
    hook = hook._replace(tool=tool, input=tools.arguments(arguments))
    edits, command = tools.edits_of(tool, arguments), tools.command_of(tool, arguments)
    return HookReport(hook, edits, command, record, directory=tools.directory_of(arguments))


def no_facts(_record: bytes) -> RecordFacts:
    """Nothing: for agents whose payloads name the model, or whose records are not read."""
    return RecordFacts()
