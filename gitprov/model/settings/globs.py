"""Patterns of paths, as in `.gitignore` without negation and without sets of characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

#: Longest pattern, in characters.
LONGEST = 200
_ANY = "**"


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names a path, or a directory that it is in. `/` separates directories.

    `*` and `?` stay inside a name, `**` stands for any number of directories. A pattern without `/` names
    files and directories anywhere; any other begins at the top of the repository.
    """
    names = path.split("/")
    return any(_fits(names, _parts(pattern)) for pattern in patterns)


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[str, ...]:
    """The pattern of each name on the way, in the form of fnmatch."""
    rooted = "/" in pattern.rstrip("/")
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    return tuple(part.replace("[", "[[]") for part in (parts if rooted else [_ANY, *parts]))


def _fits(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether all parts fit the first names. Each name is compared with each part once at most."""
    states = _reachable({0}, parts)
    for name in names:
        states = _reachable({state for index in states for state in _after(name, index, parts)}, parts)
        if len(parts) in states:
            return True
    return False


def _after(name: str, index: int, parts: Sequence[str]) -> Iterable[int]:
    """The indices of parts that the next name may fit, if this name is compared with `parts[index]`."""
    if parts[index] == _ANY:
        return (index, index + 1) if index + 1 == len(parts) else (index,)
    return (index + 1,) if fnmatchcase(name, parts[index]) else ()


def _reachable(states: set[int], parts: Sequence[str]) -> set[int]:
    """These indices, and those behind a `**` that stands for no directory."""
    more = set(states)
    for index in states:
        following = index
        while following + 1 < len(parts) and parts[following] == _ANY:
            following += 1
            more.add(following)
    return more
