"""Reads JSON that others wrote: notes, records, sidecars, transcripts, payloads, evidence.

Python's own reader raises four kinds of errors on hostile text, and accepts values that cannot be written
again: numbers of thousands of digits, infinities, nesting that later ends in a RecursionError elsewhere. This
module raises a ValueError for all of them.

The package `json` imports `re`, which takes half as long as Python itself takes to start. So the scanner of
the interpreter is used directly, and `json` only to explain what is wrong with a text.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from json import JSONDecodeError
    from typing import NoReturn

    from gitprov.model.canonical import Json

    Scan = Callable[[str, int], tuple[Json, int]]

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


class _Rules(NamedTuple):
    """What a scanner does with numbers and constants; `strict`: it rejects control characters in texts."""

    parse_float: Callable[[str], Json]
    parse_int: Callable[[str], Json]
    parse_constant: Callable[[str], Json]
    strict: bool = True
    object_hook: None = None
    object_pairs_hook: None = None


def _scanner(rules: _Rules) -> Scan:
    try:
        from _json import make_scanner
    except ImportError:  # another Python than CPython
        from json import JSONDecoder

        return JSONDecoder(**rules._asdict()).scan_once  # type: ignore[attr-defined,no-any-return]
    return make_scanner(rules)  # type: ignore[arg-type]


#: The value at a position of a text, and the position after it. StopIteration where no value begins there,
#: ValueError for values that could not be written again: NaN, infinities, numbers above MAX_DIGITS digits.
scan = _scanner(_Rules(_finite, _whole, _no_constant))
#: Accepts bare control characters in texts too, which one agent sends.
_scan_forgiving = _scanner(_Rules(_finite_or_none, _whole_or_none, _none, strict=False))

#: White space of JSON.
_SPACE = " \t\n\r"


def decode(text: str, scanner: Scan = scan) -> Json:
    """The one value of a text, which may have white space around it. ValueError where it has none or more."""
    try:
        value, end = scanner(text, len(text) - len(text.lstrip(_SPACE)))
    except StopIteration as stop:
        raise _error("Expecting value", text, stop.value) from None
    rest = text[end:].lstrip(_SPACE)
    if rest:
        raise _error("Extra data", text, len(text) - len(rest))
    return value


def _error(what: str, text: str, at: int) -> JSONDecodeError:
    from json import JSONDecodeError

    return JSONDecodeError(what, text, at)


def loads(data: bytes | str, *, forgiving: bool = False) -> Json:
    """The JSON value of a text; bytes are UTF-8, -16 or -32, with or without a byte order mark.

    ValueError, and no other error, for text that is no JSON, is nested deeper than MAX_DEPTH, or has a number
    that could not be written again. `forgiving`: such a number becomes None, so that the rest of the input is
    not lost.
    """
    text = _text(data) if isinstance(data, bytes) else data
    try:
        value = decode(text, _scan_forgiving if forgiving else scan)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and is_deep(value):
        raise ValueError("nested too deep")
    return value


def _text(data: bytes) -> str:
    if data[:4].isascii() and b"\0" not in data[:4]:
        return data.decode("utf-8", "surrogatepass")
    from json import detect_encoding

    return data.decode(detect_encoding(data), "surrogatepass")


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
