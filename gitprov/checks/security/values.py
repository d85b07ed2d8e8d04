"""Values inside a function: where they come from, and what a text is built of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

UNCERTAIN, LOCAL, REMOTE = 1, 2, 3
"""How far an origin is from the program: a result of other code; a parameter of a public function, an
argument of the command, the environment, a file; a request.
"""
HOLE = "\0"
"""Stands in a text for a value that is not constant."""
ALL = "*"


MOST_STEPS = 400_000
"""Most expressions that are evaluated for one file."""


MOST_TEXT = 4000
"""Most characters that are kept of the text of a value."""


class Exhausted(Exception):
    """Following the values of a file takes more steps than `MOST_STEPS`."""


class Origin(NamedTuple):
    """Where a value comes from. `key`: the expression; `what`: in words; `line`: 1-based."""

    key: str
    level: int
    what: str
    line: int


class Value(NamedTuple):
    """What is known of an expression. `text`: its constant parts, with holes; `built`: put together from
    constant text and values; `cleared`: the rules for which it is harmless, `*` for all; `boxed`: a
    container.
    """

    origins: frozenset[Origin] = frozenset()
    text: str = ""
    built: bool = False
    cleared: frozenset[str] = frozenset()
    boxed: bool = False

    def level(self, validated: frozenset[str], rule: str) -> int:
        """The highest level of the origins that were not validated; 0 where none is."""
        if ALL in self.cleared or rule in self.cleared:
            return 0
        return max((row.level for row in self.origins if row.key not in validated), default=0)

    def origin(self, validated: frozenset[str]) -> Origin | None:
        """The origin of the highest level, the first by line."""
        rows = [row for row in self.origins if row.key not in validated]
        return min(rows, key=lambda row: (-row.level, row.line, row.key)) if rows else None


CONSTANT = Value()


def uncertain(key: str, line: int) -> Value:
    """A value of which nothing is known but the expression."""
    return Value(frozenset([Origin(key, UNCERTAIN, "", line)]), HOLE)


def union(values: Iterable[Value]) -> Value:
    """Any of some values, or a container of them."""
    rows = [value for value in values if value.origins or value.text]
    if not rows:
        return CONSTANT
    tainted = [row for row in rows if row.origins]
    cleared = frozenset.intersection(*(row.cleared for row in tainted)) if tainted else frozenset()
    text = max((row.text for row in rows), key=len)
    origins = frozenset(origin for row in rows for origin in row.origins)
    return Value(origins, text, any(row.built for row in rows), cleared)


def joined(values: Iterable[Value]) -> Value:
    """A text of some parts in their order."""
    rows = list(values)
    result = union(rows)
    text = _shortened("".join(row.text or (HOLE if row.origins else "") for row in rows))
    literal = any(row.text.strip(HOLE) for row in rows)
    return result._replace(text=text, built=result.built or (literal and bool(result.origins)))


def _shortened(text: str) -> str:
    """The beginning of a text, and a hole where one is cut off: a value after much text is still in it."""
    head = text[:MOST_TEXT]
    return head + HOLE if HOLE in text and HOLE not in head else head
