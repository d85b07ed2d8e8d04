"""The index of the search page: which page has which words, small enough to be a part of the page.

The text of the pages (code, prompts, messages, people) is split into words; the index has each word with the
numbers of the pages that contain it, compressed. It has no text but the titles.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gitprov.model.untrusted.printed import clean
from gitprov.store.index.words import words_of

KINDS = ("prompt", "file", "commit", "session", "finding", "model")
#: The largest index, as a part of the text.
BOUND = 0.15
#: Characters of a title.
_TITLE = 80


class SearchPage(NamedTuple):
    """A page that can be found: `title` is shown, the words of `title` and `text` are searched."""

    kind: str
    page: str
    title: str
    text: str


class SearchIndex(NamedTuple):
    """`data`: base64 of zlib of JSON. `pages` can be found by `text` bytes of text.

    `whole`: no word is missing.
    """

    data: str
    pages: int
    text: int
    whole: bool

    @property
    def share(self) -> float:
        """The size of the index as a part of the text."""
        return len(self.data) / self.text if self.text else 0.0


def search_index(pages: Iterable[SearchPage]) -> SearchIndex:
    """The index of some pages: all words if it stays within the bound, else fewer, the titles at least."""
    shown = list(pages)
    text = sum(len(f"{page.title} {page.text}".encode("utf-8", "replace")) for page in shown)
    data = ""
    for number, keep in enumerate(_LEVELS):
        data = _packed(shown, keep)
        if len(data) <= BOUND * text:
            return SearchIndex(data, len(shown), text, number == 0)
    return SearchIndex(data, len(shown), text, False)


def _packed(pages: Sequence[SearchPage], keep: Callable[[str], bool]) -> str:
    places: dict[str, list[int]] = {}
    for number, page in enumerate(pages):
        in_title = words_of(page.title)
        kept = dict.fromkeys([*in_title, *filter(keep, words_of(page.text))])
        for word in kept:
            places.setdefault(word, []).append(number)
    words = sorted(places)
    value = {
        "kinds": KINDS,
        "pages": [[KINDS.index(page.kind), page.page, _short(page.title)] for page in pages],
        "words": " ".join(words),
        "places": ";".join(_steps(places[word]) for word in words),
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return base64.b64encode(zlib.compress(text, 9)).decode("ascii")


def _steps(numbers: Sequence[int]) -> str:
    """Ascending numbers as the differences between them, in base 36."""
    return ",".join(_base36(number - before) for before, number in zip([0, *numbers], numbers, strict=False))


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _short(title: str) -> str:
    text = clean(" ".join(title.split()))
    return text if len(text) <= _TITLE else text[: _TITLE - 1] + "…"


_LEVELS: tuple[Callable[[str], bool], ...] = (
    lambda _word: True,
    lambda word: len(word) > 2 and not word.isdigit(),
    lambda word: len(word) > 3 and not any(letter.isdigit() for letter in word),
    lambda _word: False,
)
"""Which words of a text are in the index, from all to none."""
