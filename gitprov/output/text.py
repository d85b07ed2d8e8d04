"""Text in columns, with widths as a terminal counts them, and without control characters."""

from __future__ import annotations

from collections.abc import Mapping

from gitprov.model.untrusted.printed import clean, clean_block, clean_bytes, clean_line

__all__ = [
    "PLAIN", "RESET", "cell", "clean", "clean_block", "clean_bytes", "clean_line", "fit", "paint", "width",
]  # fmt: skip

#: The escape sequence that ends a colour, and the colours of a text without any.
RESET = "\x1b[m"
PLAIN: Mapping[str, str] = {}

#: Unicode categories of marks that take no column, such as combining accents.
_NO_WIDTH = ("Mn", "Me")


def width(text: str) -> int:
    """Columns that a terminal uses for `text`, which must not contain control characters."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(0 if category(c) in _NO_WIDTH else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, columns: int) -> str:
    """Text cut or padded to exactly `columns` columns; a cut text ends with `~`."""
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


def cell(text: str) -> str:
    """A cell of a table of Markdown: nothing in it is a tag, a link or a further column."""
    for sign in "\\`*_[]<>|#!@":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())
