"""Text in columns: widths as a terminal counts them, nothing that could steer the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ALL_BUT_TAB = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

#: The marks that end a colour, and a text without any.
RESET = "\x1b[m"
PLAIN: Mapping[str, str] = {}


def clean(text: str) -> str:
    """Text from a note or a commit on one line; control characters become `?`."""
    if text.isprintable():
        return text
    return _STEERING.sub("?", text)


def clean_block(text: str) -> str:
    """Text of several lines; control characters other than tab and newline become `?`."""
    return _ALL_BUT_TAB.sub("?", text.replace("\r\n", "\n"))


def width(text: str) -> int:
    """Columns that a terminal uses for a text."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, columns: int) -> str:
    """Text cut or padded to exactly so many columns; `~` at the end says that something was cut."""
    if text.isascii():
        return text.ljust(columns) if len(text) <= columns else text[: max(columns - 1, 0)] + "~"[:columns]
    if width(text) > columns:
        while text and width(text) > columns - 1:
            text = text[:-1]
        text += "~"[:columns]
    return text + " " * (columns - width(text))


def paint(text: str, colour: str) -> str:
    """Text in a colour (an escape sequence; "" for none)."""
    return f"{colour}{text}{RESET}" if colour else text
