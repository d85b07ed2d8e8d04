"""Reads the hook payloads of Cline. Checked against Cline CLI 3.0.65.

`hookName` is not the name of the hook's script. A file is new where the editor's call has no old text. No
payload names the model or the prompt: both are in the record of the session.
"""

from __future__ import annotations

import re
from typing import Any

from gitprov.agents.payloads import report
from gitprov.agents.payloads.common import tool_report
from gitprov.agents.payloads.report import HookReport, RecordFacts, first_text, part, text

AGENT = "cline"
_EVENTS = {
    "tool_call": report.BEFORE,
    "tool_result": report.AFTER,
    "agent_end": report.STOP,
    "PreToolUse": report.BEFORE,
    "PostToolUse": report.AFTER,
    "TaskComplete": report.STOP,
    "UserPromptSubmit": report.PROMPT,
}
_MODEL = re.compile(rb'"modelInfo"\s*:\s*\{[^{}]*?"id"\s*:\s*"([^"\\]+)"')


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines."""
    name = _EVENTS.get(text(row, "hookName") or "") or _EVENTS.get(event or "")
    if name is None:
        return None
    call = part(row, "tool_result", "tool_call")
    use = part(row, "postToolUse", "preToolUse")
    tool = text(call, "name") or text(use, "toolName")
    arguments = part(call, "input") or part(use, "parameters")
    if tool == "editor":
        tool = "edit" if "old_text" in arguments else "write"
        arguments = {**arguments, "content": arguments.get("new_text")}
    if name == report.AFTER and (part(call, "output").get("success") is False or use.get("success") is False):
        name = report.FAILED
    root = first_text(row.get("workspaceRoots"))
    session = text(part(row, "sessionContext"), "rootSessionId") or text(row, "taskId") or ""
    hook = report.envelope(
        name,
        AGENT,
        row,
        session=session,
        cwd=root,
        tool_use_id=text(call, "id"),
        message=text(part(row, "turn"), "outputText"),
        prompt=text(part(row, "userPromptSubmit"), "prompt"),
    )
    record = f"~/.cline/data/sessions/{session}/{session}.messages.json"
    return tool_report(hook, tool, arguments, record)._replace(version=text(row, "clineVersion"))


def facts(record: bytes) -> RecordFacts:
    """The model in a stretch of a session's record, as its newest message names it."""
    names = _MODEL.findall(record)
    return RecordFacts(names[-1].decode("utf-8", "replace")) if names else RecordFacts()
