"""JSON with comments and trailing commas, as agents' settings may have them: what `json_text` passes over."""

from __future__ import annotations

import json
import re
from typing import Any

_PIECE = re.compile(
    r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|(?<=["\]}\w]),(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL
)
_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|[{}\[\],]', re.DOTALL)


def plain(text: str) -> str:
    """The text as JSON: comments and commas before a closing bracket are removed."""
    return _PIECE.sub(lambda match: match[0] if match[0].startswith('"') else "", text)


def loads(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a text. ValueError where it is no JSON even without comments."""
    return json.loads(plain(text.removeprefix("\ufeff")))


def after_space(text: str, at: int) -> int:
    """The offset of what follows white space and comments."""
    match = _SPACE.match(text, at)
    return match.end() if match else at


def value_end(text: str, at: int) -> int:
    """The offset after the value that begins at `at`."""
    if text[at] == '"':
        match = _TOKEN.match(text, at)
        return match.end() if match else len(text)
    depth = 0
    for match in _TOKEN.finditer(text, at):
        token = match[0]
        if depth == 0 and token in (",", "}", "]"):
            return len(text[: match.start()].rstrip())
        depth += (token in ("{", "[")) - (token in ("}", "]"))
        if depth == 0 and token in ("}", "]"):
            return match.end()
        if depth == 0 and token.startswith("/"):
            return len(text[: match.start()].rstrip())
    return len(text.rstrip())
