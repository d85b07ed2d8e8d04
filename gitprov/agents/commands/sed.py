"""Reads `sed -i` with substitutions of literal text (`s/old/new/`, with `g`, `^`, `$` and `.`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.agents.payloads.edits import Substitution

_SPECIAL, _EXTENDED = "*[", "+?(){}|"


class SedCall(NamedTuple):
    """The substitutions that are made in each line of some files."""

    substitutions: tuple[Substitution, ...]
    paths: tuple[str, ...]


def read(arguments: list[str]) -> SedCall | None:
    """The substitutions of a call of `sed`; None for one that edits no file, or does anything else."""
    scripts: list[str] = []
    in_place = is_extended = False
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "-e" and rest:
            scripts.append(rest.pop(0))
        elif option in ("-i", "--in-place"):
            in_place = True
        elif option in ("-E", "-r", "--regexp-extended"):
            is_extended = True
        else:
            return None
    if not scripts and rest:
        scripts.append(rest.pop(0))
    substitutions: list[Substitution] = []
    for script in scripts:
        parts = _read_script(script, is_extended)
        if parts is None:
            return None
        substitutions += parts
    return SedCall(tuple(substitutions), tuple(rest)) if in_place and substitutions else None


def _read_script(script: str, is_extended: bool) -> list[Substitution] | None:
    """The substitutions of a script, which `;` or line ends separate; None where it has other commands."""
    substitutions: list[Substitution] = []
    place = 0
    while place < len(script):
        if script[place] in "; \n\t":
            place += 1
            continue
        mark = script[place + 1 : place + 2]
        if script[place] != "s" or not mark or mark.isalnum() or mark in "\\\n":
            return None
        old, middle = _until(script, place + 2, mark)
        new, end = _until(script, middle, mark)
        pattern, text = _pattern(old, mark, is_extended), _replacement(new, mark)
        every = script[end : end + 1] == "g"
        place = end + every
        if not pattern or text is None or end < 0 or script[place : place + 1] not in ("", ";", "\n", " "):
            return None
        substitutions.append(Substitution(pattern, text, every))
    return substitutions


def _until(script: str, place: int, mark: str) -> tuple[str, int]:
    """The text up to a mark that is not escaped, and the place after it, -1 where there is none."""
    start = place
    while 0 <= place < len(script):
        if script[place] == "\\":
            place += 1
        elif script[place] == mark:
            return script[start:place], place + 1
        place += 1
    return "", -1


def _characters(text: str) -> Iterator[tuple[str, bool]]:
    """(character, whether a backslash is before it) of each; an empty one after a backslash at the end."""
    place = 0
    while place < len(text):
        is_escaped = text[place] == "\\"
        place += is_escaped
        yield text[place : place + 1], is_escaped
        place += 1


def _pattern(text: str, mark: str, is_extended: bool) -> str | None:
    """A pattern of `sed` as one of Python; None where it is more than literal text, `.`, `^` and `$`."""
    parts: list[str] = []
    characters = list(_characters(text))
    for n, (char, is_escaped) in enumerate(characters):
        if is_escaped:
            if char not in tuple(".*[]^$/\\") and char != mark:
                return None
            parts.append(re.escape(char))
        elif char == "^" and n == 0:
            parts.append(r"\A")
        elif char == "$" and n == len(characters) - 1:
            parts.append(r"\Z")
        elif char == ".":
            parts.append(".")
        elif char in "^$\n" or char in _SPECIAL or (is_extended and char in _EXTENDED):
            return None
        else:
            parts.append(re.escape(char))
    return "".join(parts)


def _replacement(text: str, mark: str) -> str | None:
    """A replacement of `sed` as text; None where it refers to the match."""
    parts: list[str] = []
    for char, is_escaped in _characters(text):
        if is_escaped and char not in ("n", "&", "\\", mark):
            return None
        if char == "&" and not is_escaped:
            return None
        parts.append("\n" if is_escaped and char == "n" and mark != "n" else char)
    return "".join(parts)
