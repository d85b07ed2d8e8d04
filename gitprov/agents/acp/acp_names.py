"""Names and texts in the Agent Client Protocol: the agent, the model, the prompt, counts of tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gitprov.agents.payloads.report import model_of, part, text

_AGENTS = {
    "claude": "claude-code",
    "codex": "codex",
    "gemini": "gemini-cli",
    "qwen": "qwen-code",
    "opencode": "opencode",
    "copilot": "copilot-cli",
    "cursor": "cursor",
    "cline": "cline",
    "droid": "droid",
    "amp-acp": "amp",
    "pi-acp": "pi",
}
"""Part of a name → the agent's name in events, as its hooks have it."""

_TOKENS = {
    "inputTokens": "input_tokens",
    "outputTokens": "output_tokens",
    "cachedReadTokens": "cache_read_input_tokens",
    "cachedWriteTokens": "cache_creation_input_tokens",
    "thoughtTokens": "reasoning_tokens",
}

_RUNNERS = frozenset(("npx", "node", "bunx", "bun", "uvx", "uv", "python", "python3", "env", "sh", "bash"))
_NO_MODEL = frozenset(("auto", "default", "inherit"))


def agent_name(name: str | None, words: Sequence[str]) -> str:
    """The agent's name in events: of the name that it gives itself, else of its command line."""
    paths = [word.replace("\\", "/").rstrip("/").rpartition("/")[2] for word in words]
    program = paths if paths and paths[0] in _RUNNERS else paths[:1]
    names = (name,) if name else program
    marked = (agent for shown in names for mark, agent in _AGENTS.items() if mark in shown.lower())
    plain = (shown for shown in names if shown not in _RUNNERS and not shown.startswith("-"))
    return next(marked, None) or next(plain, None) or "unknown"


def prompt_text(blocks: object) -> str:
    """The blocks of a prompt as text; a linked or embedded file begins with its address."""
    rows = [row for row in blocks if isinstance(row, dict)] if isinstance(blocks, list) else []
    return "\n".join(shown for shown in map(_block, rows) if shown)


def _block(row: Mapping[str, Any]) -> str:
    kind = row.get("type")
    if kind == "text":
        return text(row, "text") or ""
    if kind == "resource_link":
        return f"[{text(row, 'uri', 'name') or ''}]"
    if kind == "resource":
        resource = part(row, "resource")
        return f"[{text(resource, 'uri') or ''}]\n{text(resource, 'text') or ''}".rstrip("\n")
    return f"[{kind}]" if isinstance(kind, str) else ""


def model_named(row: Mapping[str, Any]) -> str | None:
    """The model that the options of a session name; None where they leave the choice to the agent."""
    options = row.get("configOptions")
    rows = options if isinstance(options, list) else []
    chosen = [option for option in rows if isinstance(option, dict) and option.get("category") == "model"]
    values = [part(row, "models").get("currentModelId"), *(option.get("currentValue") for option in chosen)]
    named = [model_of(value) for value in values]
    return next((name for name in named if name and name not in _NO_MODEL), None)


def counts(usage: Mapping[str, Any]) -> dict[str, int]:
    """Counts of tokens, under the names that records of generations have."""
    rows = {name: usage.get(field) for field, name in _TOKENS.items()}
    return {name: value for name, value in rows.items() if type(value) is int and value >= 0}
