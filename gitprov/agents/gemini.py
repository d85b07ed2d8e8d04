"""Reads the hook payloads of Gemini CLI. Checked against Gemini CLI 0.61.0.

Its editing tools answer with the whole file before and after. Tool uses have no id, and no payload of a tool
names the model: both are in the record of the session. A tool that failed has `error` in its answer.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import report, tools
from gitprov.agents.payloads.report import FileEdit, HookReport, RecordFacts, part, text
from gitprov.model.untrusted.jsonvalue import loads_object

AGENT = "gemini-cli"
_EVENTS = {
    "BeforeTool": report.BEFORE,
    "AfterTool": report.AFTER,
    "BeforeAgent": report.PROMPT,
    "AfterAgent": report.STOP,
    "SessionStart": report.START,
}


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines. `event` is not needed."""
    name = _EVENTS.get(text(row, "hook_event_name") or event or "")
    if name is None:
        return None
    answer = part(row, "tool_response")
    if name == report.AFTER and answer.get("error"):
        name = report.FAILED
    tool, arguments = text(row, "tool_name"), row.get("tool_input")
    hook = report.envelope(
        name,
        AGENT,
        row,
        message=text(row, "prompt_response"),
        prompt=text(row, "prompt") if name == report.PROMPT else None,
        input=tools.arguments(arguments),
        response=answer,
    )
    edits = shown(tools.edits_of(tool, arguments), part(answer, "returnDisplay"))
    command, directory = tools.command_of(tool, arguments), tools.directory_of(arguments)
    return HookReport(hook, edits, command, text(row, "transcript_path"), directory=directory)


def shown(edits: tuple[FileEdit, ...], display: dict[str, Any]) -> tuple[FileEdit, ...]:
    """The edits with the whole file before and after, as the answer of Gemini's and Qwen's tools shows it."""
    old, new = display.get("originalContent"), display.get("newContent")
    if len(edits) != 1 or not isinstance(new, str):
        return edits
    created = display.get("isNewFile") is True
    counts = part(display, "diffStat")
    modified = any(counts.get(f"user_{what}_lines") for what in ("added", "removed"))
    whole = old if isinstance(old, str) and not created else None
    return (edits[0]._replace(old=whole, new=new, created=created, modified=modified),)


def facts(record: bytes) -> RecordFacts:
    """The model in a stretch of a session's record, as its newest answer names it."""
    for line in reversed(record.split(b"\n")):
        if b'"model"' in line and b'"gemini"' in line:
            row = loads_object(line.decode("utf-8", "replace"))
            if row is not None and row.get("type") == "gemini" and text(row, "model"):
                return RecordFacts(text(row, "model"))
    return RecordFacts()
