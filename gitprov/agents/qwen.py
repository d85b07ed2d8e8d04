"""Reads the hook payloads of Qwen Code. Checked against Qwen Code 0.24.4.

It is a fork of Gemini CLI with hooks that have the names of Claude Code's. A prompt is announced again,
empty, after every tool result. The tool `agent` starts a subagent: its prompt is in the call, and the
payloads of its tools have an `agent_id` that is made of its type and the id of that call.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents import gemini
from gitprov.agents.payloads import report, tools
from gitprov.agents.payloads.report import HookReport, RecordFacts, part, text
from gitprov.model.untrusted.jsonvalue import loads_object

AGENT = "qwen-code"
_EVENTS = frozenset((report.BEFORE, report.AFTER, report.FAILED, report.PROMPT, report.STOP, report.START))


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines. `event` is not needed."""
    name = text(row, "hook_event_name") or event or ""
    if name not in _EVENTS or (name == report.PROMPT and not text(row, "prompt")):
        return None
    answer = part(row, "tool_response")
    if name == report.AFTER and answer.get("error"):
        name = report.FAILED
    tool, arguments = text(row, "tool_name"), row.get("tool_input")
    if name == report.BEFORE and tool == "agent":
        return _subagent(row, tools.arguments(arguments))
    hook = report.envelope(
        name,
        AGENT,
        row,
        tool_use_id=text(row, "tool_call_id", "tool_use_id"),
        subagent=text(row, "agent_id"),
        prompt=text(row, "submitted_prompt", "prompt"),
        prompt_id=text(row, "prompt_id"),
        message=text(row, "last_assistant_message"),
        input=tools.arguments(arguments),
        response=answer,
    )
    edits = gemini.shown(tools.edits_of(tool, arguments), part(answer, "returnDisplay"))
    command, directory = tools.command_of(tool, arguments), tools.directory_of(arguments)
    return HookReport(hook, edits, command, text(row, "transcript_path"), directory=directory)


def _subagent(row: dict[str, Any], arguments: dict[str, Any]) -> HookReport | None:
    """The start of a subagent as a prompt of its own; None where the call does not name it."""
    kind, call = text(arguments, "subagent_type"), text(row, "tool_call_id")
    prompt = text(arguments, "prompt")
    if not (kind and call and prompt):
        return None
    names = {"subagent": f"{kind}-{call}", "subagent_type": kind, "tool_use_id": call}
    return HookReport(report.envelope(report.PROMPT, AGENT, row, prompt=prompt, **names))


def facts(record: bytes) -> RecordFacts:
    """Model and version in a stretch of a session's record, as its newest answer names them."""
    for line in reversed(record.split(b"\n")):
        if b'"assistant"' in line and b'"model"' in line:
            row = loads_object(line.decode("utf-8", "replace"))
            if row is not None and row.get("type") == "assistant" and text(row, "model"):
                return RecordFacts(text(row, "model"), text(row, "version"))
    return RecordFacts()
