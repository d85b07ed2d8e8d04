"""Reads the payloads of Claude Code's shell tool. Checked against Claude Code 2.1.332."""

from __future__ import annotations

from typing import Any

from gitprov.agents.claude import claude_code
from gitprov.agents.payloads import report, tools
from gitprov.agents.payloads.report import HookReport, RecordFacts


def read(row: dict[str, Any], event: str | None) -> HookReport | None:  # noqa: ARG001 - all adapters have both
    """The report of a shell command; None for other tools."""
    hook = claude_code.read(row)
    command = tools.command_of(hook.tool, hook.input)
    if command is None or hook.name not in (report.BEFORE, report.AFTER, report.FAILED):
        return None
    return HookReport(hook, tools.edits_of(hook.tool, hook.input), command)


def facts(_record: bytes) -> RecordFacts:
    """Nothing: the model of a tool use is looked up in the transcript at the commit."""
    return RecordFacts()
