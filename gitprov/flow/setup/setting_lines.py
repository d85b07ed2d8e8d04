"""Settings files that are lines of `key: value` (YAML without nesting): one line of gitprov's at the end."""

from __future__ import annotations

import re

from gitprov.agents.payloads.table import HookFile
from gitprov.errors import ConfigError

_MARK = "# gitprov install wrote this line"


def added(path: str, text: str | None, hooks: HookFile) -> str:
    """The text with a line for each key that it lacks. ConfigError where lines cannot simply be added."""
    text = text or ""
    if re.match(r"\s*[{\[]", text) or re.search(r"^(\.\.\.|%)", text, re.MULTILINE):
        keys = ", ".join(f"{key}: {value}" for key, value in hooks.events.items())
        raise ConfigError(f"{path} is not made of plain lines", f"add by hand: {keys}")
    for key in missing(text, hooks):
        text += ("" if not text or text.endswith("\n") else "\n") + f"{key}: {hooks.events[key]}  {_MARK}\n"
    return text


def removed(text: str) -> str | None:
    """The text without gitprov's lines; None where nothing else is in it."""
    rest = "".join(line for line in text.splitlines(keepends=True) if not line.rstrip().endswith(_MARK))
    return rest or None


def missing(text: str | None, hooks: HookFile) -> list[str]:
    """The keys that no line sets."""
    return [key for key in hooks.events if not re.search(rf"^{re.escape(key)}\s*:", text or "", re.MULTILINE)]


def differing(text: str | None, hooks: HookFile) -> list[str]:
    """The keys that a line sets to another value."""
    return [
        key
        for key, value in hooks.events.items()
        if not re.search(rf"^{re.escape(key)}\s*:\s*{value}\s*(#|$)", text or "", re.MULTILINE)
    ]
