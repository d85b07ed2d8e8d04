"""Lines that say by themselves whose they are: a file is written from them, and blame has to give them back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """One line of a file, without its end, and what is true of it; `session` of a model's line alone."""

    text: str
    cls: str
    session: str | None = None


Lines = tuple[Line, ...]


def ai(session: str, words: str) -> Lines:
    """One line for each word, written by a model; no two lines of a story have a token in common."""
    return tuple(Line(_code(word), "ai", session) for word in words.split())


def unknown(words: str) -> Lines:
    """One line for each word, typed by somebody whom nobody saw."""
    return tuple(Line(_code(word), "unknown") for word in words.split())


def human(words: str) -> Lines:
    """One line for each word, typed by a person whose editor reported it."""
    return tuple(Line(_code(word), "human") for word in words.split())


def edited(lines: Iterable[Line]) -> Lines:
    """A model's lines with one word changed by somebody before they were committed."""
    return tuple(line._replace(text=f"{line.text}x", cls="edited") for line in lines)


def indented(lines: Iterable[Line]) -> Lines:
    """The same lines, further to the right; nothing else about them is another."""
    return tuple(line._replace(text=f"    {line.text}") for line in lines)


def retyped(lines: Iterable[Line]) -> Lines:
    """The same texts, typed again by somebody."""
    return tuple(line._replace(cls="unknown", session=None) for line in lines)


def text(lines: Iterable[Line]) -> str:
    """The content of a file that holds these lines."""
    return "".join(line.text + "\n" for line in lines)


def _code(word: str) -> str:
    return f"{word} = {word}s + {word}y"
