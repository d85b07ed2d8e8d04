"""Texts of the index that contain words, with an excerpt of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.index.stats import reader_of

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.store.index.database import Database

#: Characters of an excerpt.
_LONGEST = 100


class SearchAnswer(NamedTuple):
    """A text that contains the words; `kind` is prompt, commit or review, `ref` the trace or commit."""

    kind: str
    ref: str
    at: int
    text: str


def search(repo: Repository, base: Database, words: str, most: int) -> list[SearchAnswer]:
    """The texts that contain all the words, newest first, at most `most`."""
    with base.reading() as connection:
        reader = reader_of(repo, base, connection)
        matches = reader.search(words, most)
        texts = reader.texts(matches)
    return [SearchAnswer(*match, _short(texts.get((match.kind, match.ref), ""))) for match in matches]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
