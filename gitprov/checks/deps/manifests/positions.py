"""Lines of values in a parsed file: TOML readers give none, so quoted values are searched in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(?:#.*)?$")


class TomlLines:
    """Finds the 1-based lines of values in a TOML text. Equal values are found in the order of the text.

    A value whose literal form is unusual (escapes, concatenation) is placed at its table's header, or at
    line 1.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._tables: list[tuple[int, str]] = []
        for number, line in enumerate(self._lines):
            match = _HEADER.match(line)
            if match:
                self._tables.append((number, _dotted(match[1])))
        self._used: set[tuple[int, int]] = set()

    def value(self, value: str, table: str) -> int:
        """The line of a quoted value below the header of `table` (or of a table in it)."""
        for start, end in self._spans(table):
            for number in range(start, end):
                for quoted in (f'"{value}"', f"'{value}'"):
                    column = self._lines[number].find(quoted)
                    while column >= 0 and (number, column) in self._used:
                        column = self._lines[number].find(quoted, column + 1)
                    if column >= 0:
                        self._used.add((number, column))
                        return number + 1
        return self.header(table)

    def key(self, key: str, table: str) -> int:
        """The line of `key = …` in `table`, or of the header `[table.key]`."""
        pattern = re.compile(rf"""^\s*["']?{re.escape(key)}["']?\s*(?:=|\.)""")
        for start, end in self._spans(table):
            for number in range(start, end):
                if pattern.match(self._lines[number]):
                    return number + 1
        return self.header(f"{table}.{key}")

    def header(self, table: str) -> int:
        """The line of a table's header, of the nearest table above it, else 1."""
        while table:
            for number, name in self._tables:
                if name == table:
                    return number + 1
            table = table.rpartition(".")[0]
        return 1

    def _spans(self, table: str) -> Iterator[tuple[int, int]]:
        """Line ranges, 0-based and half open, of the tables called `table`, or of the table around it."""
        bounds = [*self._tables, (len(self._lines), "")]
        while True:
            spans = [
                (start, bounds[at + 1][0])
                for at, (start, name) in enumerate(self._tables)
                if name == table or name.startswith(table + ".")
            ]
            if spans or not table:
                yield from spans or [(0, len(self._lines))]
                return
            table = table.rpartition(".")[0]


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
