"""Reads JSON that others wrote: notes, records, sidecars, transcripts, payloads, evidence.

Python's own reader raises four kinds of errors on hostile text, and accepts values that cannot be written
again: numbers of thousands of digits, infinities, nesting that later ends in a RecursionError elsewhere. This
module raises a ValueError for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gitprov.model.canonical import Json

#: How deep objects and lists may be nested. No format that gitprov reads needs ten.
MAX_DEPTH = 128

#: Digits of a whole number; 64 bits need twenty.
MAX_DIGITS = 20


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS + text.startswith("-"):
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError(f"not a number that JSON can hold: {text[:40]}")
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"not a number that JSON can hold: {text}")


def _whole_or_none(text: str) -> int | None:
    return int(text) if len(text) <= MAX_DIGITS + text.startswith("-") else None


def _finite_or_none(text: str) -> float | None:
    number = float(text)
    return number if number - number == 0 else None


def _none(_text: str) -> None:
    return None


#: Rejects values that could not be written again: NaN, infinities, numbers of more than MAX_DIGITS digits.
STRICT = json.JSONDecoder(parse_float=_finite, parse_int=_whole, parse_constant=_no_constant)
#: Accepts bare control characters in texts too, which one agent sends.
_FORGIVING = json.JSONDecoder(
    strict=False, parse_float=_finite_or_none, parse_int=_whole_or_none, parse_constant=_none
)


def loads(data: bytes | str, *, forgiving: bool = False) -> Json:
    """The JSON value of a text; bytes are UTF-8, -16 or -32, with or without a byte order mark.

    ValueError, and no other error, for text that is no JSON, is nested deeper than MAX_DEPTH, or has a number
    that could not be written again. `forgiving`: such a number becomes None, so that the rest of the input is
    not lost.
    """
    text = _text(data) if isinstance(data, bytes) else data
    try:
        value = (_FORGIVING if forgiving else STRICT).decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and is_deep(value):
        raise ValueError("nested too deep")
    return value


def _text(data: bytes) -> str:
    return data.decode(json.detect_encoding(data), "surrogatepass")


def loads_object(data: bytes | str | None) -> dict[str, Json] | None:
    """The JSON object in a text; None for no text, other JSON values and invalid JSON."""
    try:
        value = loads(data) if data is not None else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def optional_text(row: Mapping[str, Json], name: str, where: str = "") -> str | None:
    """A field that is text, null or absent; ValueError, which names the field after `where`, for others."""
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{where}{name} is not text but {type(value).__name__}")


def is_deep(value: Json) -> bool:
    """Whether a value is nested deeper than MAX_DEPTH."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
    return bool(level)
