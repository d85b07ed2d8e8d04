"""Patterns of paths, as in `.gitignore` without negation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

#: Longest pattern, in characters: matching takes time that grows with its stars.
LONGEST = 200
_PART = re.compile(r"\*\*/|\*+|\?|[^*?]+")


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names a path, or a directory that it is in. `/` separates directories.

    `*` and `?` stay inside a name, `**` crosses directories. A pattern without `/` names files and
    directories anywhere; any other begins at the top of the repository.
    """
    return any(_compiled(pattern).fullmatch(path) is not None for pattern in patterns)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    trimmed = pattern.removeprefix("./").rstrip("/")
    body = "".join(_regex(part) for part in _PART.findall(trimmed.lstrip("/")))
    anywhere = "" if "/" in trimmed else "(?:.*/)?"
    return re.compile(f"{anywhere}{body}(?:/.*)?", re.DOTALL)


def _regex(part: str) -> str:
    if part == "**/":
        return "(?:.*/)?"
    if part.startswith("*"):
        return "[^/]*" if len(part) == 1 else ".*"
    return "[^/]" if part == "?" else re.escape(part)
