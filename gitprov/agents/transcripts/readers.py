"""The readers of transcripts by the names of `gitprov capture`. Only the one that is needed is imported."""

from __future__ import annotations

import sys
from types import ModuleType

from gitprov.agents.transcripts.values import RecordedAnswer, RecordedPrompt, SessionStart, TranscriptPart

MODULES = {
    "claude-code": "claude",
    "codex": "codex",
    "gemini": "gemini",
    "qwen": "qwen",
    "copilot": "copilot",
    "pi": "pi",
    "opencode": "opencode",
    "aider": "aider",
    "cursor": "documented.cursor",
    "droid": "documented.droid",
    "amp": "documented.amp",
    "antigravity": "documented.antigravity",
}
"""Name on the command line → module in this room."""


def read(agent: str, data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a transcript that begins at byte `start`, with a row."""
    reading: TranscriptPart = _module(agent).read(data, start, session)
    return reading


def answers(
    agent: str, data: bytes, start: int, part: TranscriptPart, prompts: list[RecordedPrompt], sidechain: bool
) -> dict[str, RecordedAnswer]:
    """The ends of the turns of some prompts in a part; of Claude Code they are read only when needed."""
    if agent == "claude-code":
        from gitprov.agents.transcripts import claude

        return claude.answers(data, start, part, prompts, sidechain)
    return part.answers


def _module(agent: str) -> ModuleType:
    name = f"gitprov.agents.transcripts.{MODULES[agent]}"
    __import__(name)
    return sys.modules[name]
