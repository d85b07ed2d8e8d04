"""Tokens of a text: what a stream of them is, and what those that are no code begin with."""

from __future__ import annotations

from typing import NamedTuple

#: What the words of comments, and the lines of strings that span several, begin with: they never equal code.
COMMENT, INNER = b"\x01", b"\x02"


class TokenStream(NamedTuple):
    """Tokens in order, and the line (0-based) on which each begins.

    `spans`: lines on which nothing begins, but a string that was broken into several goes on → its token.
    """

    keys: list[bytes]
    lines: list[int]
    spans: dict[int, int]
