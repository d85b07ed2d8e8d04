"""Reads the hook payloads of Qwen Code. Checked against Qwen Code 0.24.4.

It is a fork of Gemini CLI with hooks that have the names of Claude Code's. A prompt is announced again,
empty, after every tool result.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents import gemini, report, tools
from gitprov.agents.report import HookReport, RecordFacts, part, text
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
    hook = report.envelope(
        name,
        AGENT,
        row,
        tool_use_id=text(row, "tool_call_id", "tool_use_id"),
        prompt=text(row, "submitted_prompt", "prompt"),
        prompt_id=text(row, "prompt_id"),
        message=text(row, "last_assistant_message"),
        input=tools.arguments(arguments),
        response=answer,
    )
    edits = gemini.shown(tools.edits_of(tool, arguments), part(answer, "returnDisplay"))
    command, directory = tools.command_of(tool, arguments), tools.directory_of(arguments)
    return HookReport(hook, edits, command, text(row, "transcript_path"), directory=directory)


def facts(record: bytes) -> RecordFacts:
    """Model and version in a stretch of a session's record, as its newest answer names them."""
    for line in reversed(record.split(b"\n")):
        if b'"assistant"' in line and b'"model"' in line:
            row = loads_object(line.decode("utf-8", "replace"))
            if row is not None and row.get("type") == "assistant" and text(row, "model"):
                return RecordFacts(text(row, "model"), text(row, "version"))
    return RecordFacts()
