"""The adapters by the names that `gitprov capture` accepts. Only the one that is needed is imported."""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.agents.payloads.report import HookReport, RecordFacts

MODULES = {
    "claude-code": "claude.claude_shell",
    "codex": "codex",
    "gemini": "gemini",
    "copilot": "copilot",
    "opencode": "opencode",
    "qwen": "qwen",
    "cursor": "cursor",
    "antigravity": "antigravity",
    "windsurf": "windsurf",
    "amp": "amp",
    "droid": "droid",
    "cline": "cline",
    "continue": "continue_cli",
    "pi": "pi",
    "aider": "aider",
}
"""Name on the command line → module in this room."""


def read(agent: str, row: object, event: str | None) -> HookReport | None:
    """The report of a payload; None where it has no meaning for lines. ValueError where it is no object."""
    if not isinstance(row, dict):
        raise ValueError(f"the payload is not an object but {type(row).__name__}")
    report: HookReport | None = _module(agent).read(row, event)
    return report


def facts(agent: str, record: bytes) -> RecordFacts:
    """What a stretch of an agent's record of a session contains about its model."""
    answer: RecordFacts = _module(agent).facts(record)
    return answer


def _module(agent: str) -> ModuleType:
    name = f"gitprov.agents.{MODULES[agent]}"
    __import__(name)
    return sys.modules[name]
