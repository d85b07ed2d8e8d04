"""Who is a machine: the names and addresses under which AI tools appear in commits.

People share names with products, so a name alone counts only where nobody could be called that
("Claude Opus 4.5", "GitHub Copilot"), or where the address does not belong to a person.
"""

from __future__ import annotations

import re
from typing import NamedTuple

UNKNOWN_MODEL = ("unknown", "unknown model", "none", "")
INVALID_DOMAIN = "ai.invalid"


class Identity(NamedTuple):
    """A machine as a commit names it; `model` is the text that was given, None where none was."""

    agent: str | None
    model: str | None


DISPLAY = {
    "aider": "aider",
    "amp": "Amp",
    "claude": "Claude",
    "claude-code": "Claude Code",
    "codex": "Codex",
    "copilot": "GitHub Copilot",
    "cursor": "Cursor",
    "devin": "Devin",
    "droid": "Droid",
    "gemini": "Gemini",
    "jules": "Jules",
    "opencode": "OpenCode",
    "windsurf": "Windsurf",
}
"""Agent slug -> the name that people know."""

WRITE_ADDRESS = {
    "aider": "aider@aider.chat",
    "claude": "noreply@anthropic.com",
    "claude-code": "noreply@anthropic.com",
}
"""Agent slug -> the address that the tool itself signs with. All others get a name under `.invalid`."""

_ADDRESSES = {
    "noreply@anthropic.com": "claude",
    "claude@anthropic.com": "claude",
    "aider@aider.chat": "aider",
    "noreply@aider.chat": "aider",
    "cursoragent@cursor.com": "cursor",
    "noreply@openai.com": "codex",
    "codex@openai.com": "codex",
    "copilot@github.com": "copilot",
    "noreply@opencode.ai": "opencode",
    "amp@ampcode.com": "amp",
    "openhands@all-hands.dev": "openhands",
}

_LOGINS = {
    "amazon-q-developer[bot]": "amazon-q",
    "chatgpt-codex-connector[bot]": "codex",
    "claude[bot]": "claude",
    "codegen-sh[bot]": "codegen",
    "copilot": "copilot",
    "copilot-swe-agent[bot]": "copilot",
    "cursor[bot]": "cursor",
    "cursoragent": "cursor",
    "devin-ai-integration[bot]": "devin",
    "factory-droid[bot]": "droid",
    "gemini-cli[bot]": "gemini",
    "gemini-code-assist[bot]": "gemini",
    "google-labs-jules[bot]": "jules",
    "openai-codex[bot]": "codex",
    "openhands-agent": "openhands",
    "sweep-ai[bot]": "sweep",
}

_PEOPLE_TOO = frozenset({"amp", "claude", "cursor", "devin", "droid", "gemini", "jules"})
_NAMES = {name.lower(): slug for slug, name in DISPLAY.items()} | {
    "aider": "aider",
    "amp code": "amp",
    "chatgpt": "chatgpt",
    "claude code": "claude-code",
    "claude-code": "claude-code",
    "codex cli": "codex",
    "copilot": "copilot",
    "cursor agent": "cursor",
    "devin ai": "devin",
    "gemini cli": "gemini",
    "gemini code assist": "gemini",
    "github copilot": "copilot",
    "open code": "opencode",
    "openai codex": "codex",
}
_MODEL_WORDS = {
    "chatgpt": frozenset(("mini", "nano", "turbo", "codex")),
    "claude": frozenset(("opus", "sonnet", "haiku", "instant")),
    "codex": frozenset(("mini", "max")),
    "gemini": frozenset(("pro", "flash", "ultra", "nano", "lite", "preview")),
    "gpt": frozenset(("mini", "nano", "turbo", "codex", "pro")),
}
_VERSION = re.compile(r"[vo]?[0-9][0-9.]*[a-z]?")
_WITH_VERSION = re.compile(r"(chatgpt|gpt)(v?[0-9].*)")
_IN_BRACKETS = re.compile(r"(?P<name>[^()]*\S)\s*\((?P<model>[^()]*)\)")
_PERSON = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>]*)>\s*")
_BOT_NAME = re.compile(r"(?P<login>[a-z0-9-]+)\[bot\]", re.IGNORECASE)


def split_person(text: str) -> tuple[str, str | None]:
    """`Name <address>` as (name, address); the address is None where there is none."""
    found = _PERSON.fullmatch(text)
    if found is None:
        return text.strip(), None
    return found["name"], found["address"].strip()


def model_or_none(text: str | None) -> str | None:
    """The model that a text names; None where the text says that nobody knows."""
    if text is None or text.strip().lower() in UNKNOWN_MODEL:
        return None
    return text.strip()


def split_model(text: str) -> tuple[str, str | None]:
    """`Tool (model)` as (tool, model)."""
    found = _IN_BRACKETS.fullmatch(text.strip())
    if found is None:
        return text.strip(), None
    return found["name"], model_or_none(found["model"])


def slug_of(name: str) -> str:
    """The agent slug for a name that a commit gives; a name that nobody knows stays as it is."""
    return _NAMES.get(name.lower(), name)


def by_address(address: str) -> str | None:
    """The agent that owns an address, None where it may be a person's."""
    lowered = address.lower()
    if lowered in _ADDRESSES:
        return _ADDRESSES[lowered]
    local, _, domain = lowered.partition("@")
    if domain == INVALID_DOMAIN:
        return local
    if domain == "users.noreply.github.com":
        return _LOGINS.get(local.rpartition("+")[2])
    return None


def _model_family(name: str) -> str | None:
    """The product of which a name is a model ("Claude Opus 4.5" -> claude), None for any other name."""
    first, *rest = _WITH_VERSION.sub(r"\1 \2", name.lower()).replace("-", " ").split() or [""]
    words = _MODEL_WORDS.get(first)
    if words is None or not rest:
        return None
    return first if all(word in words or _VERSION.fullmatch(word) for word in rest) else None


def _by_name(name: str, address: str | None) -> Identity | None:
    """A machine known by its name alone, None where a person may be called that."""
    tool, model = split_model(name)
    bot = _BOT_NAME.fullmatch(tool)
    if bot is not None and tool.lower() in _LOGINS:
        return Identity(_LOGINS[tool.lower()], model)
    slug = _NAMES.get(tool.lower())
    if slug is None:
        family = _model_family(tool)
        return None if family is None else Identity(family, model or tool)
    personal = address is not None and not address.lower().startswith(("noreply@", "no-reply@"))
    if slug in _PEOPLE_TOO and tool.lower() in _PEOPLE_TOO and personal and model is None:
        return None
    return Identity(slug, model)


def identify(text: str) -> Identity | None:
    """The machine that `Name <address>` (or a bare name) stands for, None where it is a person or unclear."""
    name, address = split_person(text)
    named = _by_name(name, address)
    owner = None if address is None else by_address(address)
    if owner is None:
        return named
    if named is None:
        return Identity(None if owner == "unknown" else owner, split_model(name)[1])
    keeps_name = named.agent is not None and named.agent.startswith(owner)
    return Identity(named.agent if keeps_name else owner, named.model)
