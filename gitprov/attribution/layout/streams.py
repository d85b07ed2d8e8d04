"""A content as a stream of tokens without layout."""

from __future__ import annotations

from gitprov.attribution.layout.language import Language
from gitprov.attribution.layout.lexer import lex
from gitprov.attribution.layout.patterns import open_at
from gitprov.attribution.layout.structure import without_layout
from gitprov.attribution.layout.tokens import TokenStream

#: Lines before and after the compared ones, read as context for their commas and brackets.
_AROUND = 4


def stream(lines: list[bytes], first: int, last: int, language: Language) -> TokenStream:
    """The tokens of lines `first` to `last` (0-based, the last not included) and a few around them."""
    first, last = max(0, first - _AROUND), min(len(lines), last + _AROUND)
    before = b"".join(lines[:first])
    at, opened = open_at(before, language)
    first -= before.count(b"\n", before.rfind(b"\n", 0, at) + 1)
    return without_layout(lex(b"".join(lines[first:last]), language, first), language, opened)
