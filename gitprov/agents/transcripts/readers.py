"""The readers of transcripts by the names of `gitprov capture`. Only the one that is needed is imported."""

from __future__ import annotations

import sys
from types import ModuleType

from gitprov.agents.transcripts.values import SessionStart, TranscriptPart

MODULES = {
    "claude-code": "claude",
    "codex": "codex",
    "gemini": "gemini",
    "qwen": "qwen",
    "copilot": "copilot",
    "pi": "pi",
    "opencode": "opencode",
    "aider": "aider",
}
"""Name on the command line → module in this room."""


def read(agent: str, data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a transcript that begins at byte `start`, with a row."""
    reading: TranscriptPart = _module(agent).read(data, start, session)
    return reading


def _module(agent: str) -> ModuleType:
    name = f"gitprov.agents.transcripts.{MODULES[agent]}"
    __import__(name)
    return sys.modules[name]
