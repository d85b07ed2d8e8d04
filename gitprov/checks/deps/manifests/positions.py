"""Lines of values in a parsed file: TOML readers give none, so quoted values are searched in the text."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*[=.]""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")


class TomlLines:
    """Finds the 1-based lines of values in a TOML text. Equal values are found in the order of the text.

    A value whose literal form is unusual (escapes, concatenation) is placed at its table's header, or at
    line 1.
    """

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._names: list[str] = []
        self._headers: dict[str, int] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._values: dict[str, list[int]] = {}
        table = ""
        for number, line in enumerate(text.splitlines()):
            header = _HEADER.match(line)
            if header:
                table = _dotted(header[1])
                self._starts.append(number)
                self._names.append(table)
                self._headers.setdefault(table, number)
                continue
            key = _KEY.match(line)
            if key:
                self._keys.setdefault((table, key[1] or key[2] or key[3]), number)
            for match in _QUOTED.finditer(line):
                self._values.setdefault(match[0][1:-1], []).append(number)

    def value(self, value: str, table: str) -> int:
        """The line of a quoted value below the header of `table` (or of a table in it)."""
        rows = self._values.get(value, [])
        around = self._nearest(table)
        for at, number in enumerate(rows):
            if _within(self._table_of(number), around):
                del rows[at]
                return number + 1
        return self.header(table)

    def key(self, key: str, table: str) -> int:
        """The line of `key = …` in `table`, or of the header `[table.key]`."""
        number = self._keys.get((self._nearest(table), key))
        return self.header(f"{table}.{key}") if number is None else number + 1

    def header(self, table: str) -> int:
        """The line of a table's header, of the nearest table above it, else 1."""
        while table:
            if table in self._headers:
                return self._headers[table] + 1
            table = table.rpartition(".")[0]
        return 1

    def _table_of(self, number: int) -> str:
        """The table that a line is in."""
        at = bisect_right(self._starts, number)
        return self._names[at - 1] if at else ""

    def _nearest(self, table: str) -> str:
        """The table itself where it or a table in it has a header, else the nearest such table above it."""
        while table and table not in self._open:
            table = table.rpartition(".")[0]
        return table

    @cached_property
    def _open(self) -> frozenset[str]:
        """The tables with a header, and those above them."""
        return frozenset(
            ".".join(parts[:n]) for parts in map(_parts, self._names) for n in range(1, len(parts) + 1)
        )


def _parts(table: str) -> list[str]:
    return table.split(".", _DEEPEST)[:_DEEPEST]


def _within(table: str, around: str) -> bool:
    """Whether a table is another or in it; everything is in the text's top."""
    return not around or table == around or table.startswith(f"{around}.")


def _dotted(header: str) -> str:
    """A table's name without quotes and spaces around its dots."""
    parts = re.findall(r""""[^"]*"|'[^']*'|[^.\s]+""", header)
    return ".".join(part.strip("\"'") for part in parts)


class JsonEntry(NamedTuple):
    """A scalar in a JSON text: the keys and indexes above it, its value, and its 1-based line."""

    path: tuple[str, ...]
    value: Any
    line: int


_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[{}\[\]:,])|(?P<word>[^\s{}\[\]:,"]+)|(?P<bad>.)""",
    re.DOTALL,
)  # fmt: skip
_DEEPEST = 200


class _Walk:
    """The place in a JSON text: open brackets, and the key or index in each."""

    def __init__(self) -> None:
        self.line = 1
        self.keys: list[str] = []
        self._kinds: list[str] = []
        self._expects_key = False

    @property
    def open(self) -> bool:
        """Whether the text so far ends inside of a bracket."""
        return bool(self._kinds)

    def mark(self, sign: str) -> None:
        """Follow one of the six marks of JSON. ValueError where it cannot stand here."""
        if sign in "{[":
            if len(self._kinds) >= _DEEPEST:
                raise ValueError(f"line {self.line}: nested deeper than {_DEEPEST} levels")
            self._kinds.append(sign)
            self.keys.append("0" if sign == "[" else "")
            self._expects_key = sign == "{"
        elif not self._kinds:
            raise ValueError(f"line {self.line}: not JSON")
        elif sign in "}]":
            self._kinds.pop()
            self.keys.pop()
        elif sign == "," and self._kinds[-1] == "[":
            self.keys[-1] = str(int(self.keys[-1]) + 1)
        else:
            self._expects_key = sign == ","

    def takes_key(self, value: object) -> bool:
        """Take a value as the key of an object, where one is expected."""
        if self._expects_key and self._kinds and self._kinds[-1] == "{":
            self.keys[-1], self._expects_key = str(value), False
            return True
        return False


def json_entries(text: str) -> Iterator[JsonEntry]:
    """Every scalar of a JSON text in order. ValueError where it is no JSON or nested deeper than 200."""
    walk = _Walk()
    for token in _TOKEN.finditer(text):
        kind, part = token.lastgroup, token[0]
        if kind == "bad":
            raise ValueError(f"line {walk.line}: not JSON")
        if kind == "mark":
            walk.mark(part)
        elif kind != "space":
            value = json.loads(part, strict=False)
            if not walk.takes_key(value):
                yield JsonEntry(tuple(walk.keys), value, walk.line)
        walk.line += part.count("\n")
    if walk.open:
        raise ValueError(f"line {walk.line}: the text ends inside of a bracket")
