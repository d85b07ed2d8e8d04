"""Whose each line of a formatted text is, by its words alone: it does not use the product."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import fold
from gitprov.attribution.layout.language import language_of
from gitprov.attribution.outcome import outcome
from gitprov.attribution.state import FoldStep, begin

#: Operators that are words: a formatter moves them to the line of another operand.
_LINKS = frozenset(["and", "or", "if", "else", "in", "not", "is", "for"])

MODEL, PERSON = "model", "person"


class Expected(NamedTuple):
    """The number of a formatted line (from 0), its text, and the owners of its words."""

    line: int
    text: str
    owners: frozenset[str]


def pattern(text: str, seed: int) -> list[str]:
    """An owner for each line: runs of one to eight lines by turns."""
    chance, count = random.Random(seed), text.count("\n")  # noqa: S311
    owners: list[str] = []
    who = chance.choice((MODEL, PERSON))
    while len(owners) < count:
        owners += [who] * chance.choice((1, 1, 2, 3, 5, 8))
        who = MODEL if who == PERSON else PERSON
    return owners[:count]


def expected(ugly: str, owners: list[str], formatted: str) -> list[Expected] | None:
    """The lines with words, where both texts have the same words in the same order; else None.

    Equal lines of several owners are left out: git's diff chooses among them.
    """
    old, new = list(_words(ugly)), list(_words(formatted))
    if [word for word, _ in old] != [word for word, _ in new]:
        return None
    by_line: dict[int, set[str]] = {}
    for (_, o), (_, n) in zip(old, new, strict=True):
        by_line.setdefault(n, set()).add(owners[o])
    lines = [line.strip().rstrip(",") for line in formatted.split("\n")]
    of_text: dict[str, set[str]] = {}
    for n, names in by_line.items():
        of_text.setdefault(lines[n], set()).update(names)
    return [
        Expected(n, lines[n], frozenset(names))
        for n, names in sorted(by_line.items())
        if names == of_text[lines[n]] or lines.count(lines[n]) == 1
    ]


def _words(text: str) -> Iterator[tuple[str, int]]:
    for n, line in enumerate(text.split("\n")):
        for word in re.findall(r"\w+", line):
            if word not in _LINKS:
                yield word, n


def classes(ugly: str, owners: list[str], formatted: str, path: str) -> dict[int, str]:
    """Formatted line (from 0) → its class in the note, where a model added its lines to a person's file."""
    lines = ugly.splitlines(keepends=True)
    base = "".join(line for line, who in zip(lines, owners, strict=True) if who == PERSON)
    start, wrote, staged = (text.encode("utf-8") for text in (base, ugly, formatted))
    state = fold(begin(start, staged, language=language_of(path)), [FoldStep(0, start, wrote, human=False)])
    settled = outcome(state, staged, hunks(start, staged), staged, {})
    return {line - 1: cls for cls, numbers in settled.lines.get(0, {}).items() for line in numbers}


def wrong(ugly: str, owners: list[str], formatted: str, path: str) -> list[str]:
    """The lines whose class is not that of the owner of their words, as text for a failing test."""
    rows = expected(ugly, owners, formatted)
    if rows is None:
        return []
    cls = classes(ugly, owners, formatted, path)
    right = {frozenset((MODEL,)): ("ai",), frozenset((PERSON,)): (None,)}
    return [
        f"{row.line + 1} {sorted(row.owners)} {cls.get(row.line)}: {row.text}"
        for row in rows
        if cls.get(row.line) not in right.get(row.owners, (None, "edited"))
    ]
