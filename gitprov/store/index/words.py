"""The words of texts, split here so that both databases search the same ones, and texts that both store."""

from __future__ import annotations

import re

from gitprov.model.exchange.index_rows import WordsEntry

_WORD = re.compile(r"\w+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Characters of a word, and words of a text, that are searched: PostgreSQL has limits of this size.
_LONGEST, _MOST = 200, 20_000


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, each once, in their order."""
    words = (word[:_LONGEST].lower() for word in _WORD.findall(storable(text)))
    return list(dict.fromkeys(words))[:_MOST]


def storable(text: str) -> str:
    r"""A text without NUL and lone surrogates, which databases refuse: they become `\x00`, `\udc80`."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(lambda match: _escape(ord(match[0])), text)


def _escape(number: int) -> str:
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def words_entry(repo: int, kind: str, ref: str, at: int, body: str) -> WordsEntry | None:
    """The row that makes a text searchable; None for a text without words."""
    words = words_of(body)
    return WordsEntry(repo, kind, ref, at, " ".join(words)) if words else None
