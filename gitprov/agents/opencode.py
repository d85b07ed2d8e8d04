"""Reads what gitprov's plug-in for OpenCode reports. Checked against OpenCode 1.18.33.

The plug-in sends `hook`, `sessionID`, `directory` and `model` with each report, `tool`, `callID`, `args` and
`metadata` of tools, and `prompt` of messages. A tool that failed is announced only. `removed`: ids of the
messages that an undo took out of the session before this message.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import report, tools
from gitprov.agents.payloads.report import HookReport, RecordFacts, part, text

AGENT = "opencode"
_EVENTS = {
    "tool.execute.before": report.BEFORE,
    "tool.execute.after": report.AFTER,
    "chat.message": report.PROMPT,
    "session.idle": report.STOP,
}


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one message of the plug-in; None for hooks without meaning for lines."""
    name = _EVENTS.get(text(row, "hook") or event or "")
    if name is None:
        return None
    tool, arguments = text(row, "tool"), row.get("args")
    hook = report.envelope(
        name,
        AGENT,
        row,
        prompt_id=text(row, "messageID"),
        input=tools.arguments(arguments),
        response=part(row, "metadata"),
        cwd=text(row, "directory", "worktree"),
    )
    edits, command = tools.edits_of(tool, arguments), tools.command_of(tool, arguments)
    removed = row.get("removed")
    return HookReport(
        hook,
        edits,
        command,
        version=text(row, "version"),
        parent=text(row, "parentID"),
        abandoned=tuple(name for name in removed if isinstance(name, str))
        if isinstance(removed, list)
        else (),
        directory=tools.directory_of(arguments),
    )


def facts(_record: bytes) -> RecordFacts:
    """Nothing: the plug-in sends the model with each report."""
    return RecordFacts()
