"""Small changes to a JSON document that keep every other byte of it.

Positions are character offsets into the text. Every function expects text that `json.loads` accepts, or
would accept without its comments and without commas before closing brackets.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from gitprov.store.setup import json_comments

_DECODER = json.JSONDecoder()


class JsonPart(NamedTuple):
    """A member of an object or an item of an array.

    It extends from `start` to `end` (exclusive); its value begins at `value`; `key` is None in an array.
    """

    key: str | None
    start: int
    value: int
    end: int


class Container(NamedTuple):
    """An object or array: the offset of its opening bracket, its parts, and the offset of its closing one."""

    open: int
    parts: tuple[JsonPart, ...]
    close: int

    def find(self, key: str) -> int | None:
        """Index in `parts` of the member with this key; of several the last, which JSON readers use."""
        return next((n for n in reversed(range(len(self.parts))) if self.parts[n].key == key), None)


def root(text: str) -> int:
    """The offset of the document's value, after a byte order mark and white space."""
    return _skip(text, 1 if text.startswith("\ufeff") else 0)


def container(text: str, at: int) -> Container:
    """The parts of the object or array whose opening bracket is at `at`."""
    closing = {"{": "}", "[": "]"}[text[at]]
    parts: list[JsonPart] = []
    offset = _skip(text, at + 1)
    while text[offset] != closing:
        start = value = offset
        key = None
        if closing == "}":
            key, end = _DECODER.raw_decode(text, start)
            value = _skip(text, _skip(text, end) + 1)
        end = json_comments.value_end(text, value)
        parts.append(JsonPart(key, start, value, end))
        offset = _skip(text, end)
        if text[offset] == ",":
            offset = _skip(text, offset + 1)
    return Container(at, tuple(parts), offset)


def append(text: str, at: int, value: Any, key: str | None = None) -> str:  # noqa: ANN401 - any JSON value
    """The text with one more part at the end of the container at `at`, formatted like the document."""
    box = container(text, at)
    newline = "\r\n" if "\r\n" in text else "\n"
    before = text[box.open + 1 : box.parts[0].start] if box.parts else ""
    prefix = "" if key is None else json.dumps(key) + ": "
    if box.parts and "\n" not in before:
        end = box.parts[-1].end
        return f"{text[:end]}, {prefix}{json.dumps(value)}{text[end:]}"
    unit = _unit(text)
    outer = _indent_of_line(text, at)
    inner = before.rpartition("\n")[2] if box.parts else outer + unit
    piece = newline + inner + prefix + json.dumps(value, indent=unit).replace("\n", newline + inner)
    if box.parts:
        end = box.parts[-1].end
        return f"{text[:end]},{piece}{text[end:]}"
    comments = text[at + 1 : box.close].rstrip()
    return f"{text[: at + 1]}{comments}{piece}{newline}{outer}{text[box.close :]}"


def remove(text: str, box: Container, index: int) -> str:
    """The text without one part, its comma and the white space before it."""
    if len(box.parts) == 1:
        return text[: box.open + 1] + text[box.close :]
    if index == 0:
        return text[: box.parts[0].start] + text[box.parts[1].start :]
    return text[: box.parts[index - 1].end] + text[box.parts[index].end :]


def _skip(text: str, at: int) -> int:
    return json_comments.after_space(text, at)


def _unit(text: str) -> str:
    """The text of one indentation level: that of the first indented line, else two spaces."""
    match = re.search(r"\n([ \t]+)\S", text)
    return match[1] if match else "  "


def _indent_of_line(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]
