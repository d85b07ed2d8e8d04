"""Lines that cannot be mistaken for one another, and who wrote them.

Every line consists of words that no other line has, so whoever finds its text again knows which line it is. And every
line has a place among all lines that ever were, so that in each version of a file, on each branch, the lines that are
there stand in one and the same order: then there is only one way to compare two versions, and nothing to argue about.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

WORDS = 6
MOST_REWORDINGS = 2


class Author(NamedTuple):
    """Who wrote a line: a class as blame has it, and the session or the person (None for nobody known)."""

    cls: str
    who: str | None = None

    def __str__(self) -> str:
        return self.cls if self.who is None else f"{self.cls} of {self.who}"


UNKNOWN = Author("unknown")

#: What the words of a line begin with, for whoever reads a failure. The model never looks at it.
_MARK = {"ai": "ai", "human": "person", "unknown": "someone"}


def ai(session: str) -> Author:
    """A model's session."""
    return Author("ai", session)


def person(name: str) -> Author:
    """A person whose editor reports what is typed."""
    return Author("human", name)


def bare(line: str) -> str:
    """The text by which a line is known: indentation says nothing."""
    return line.strip()


class Ledger:
    """All lines that were ever written: by whom, where they belong, and which line each is a rewording of."""

    def __init__(self) -> None:
        self.author: dict[str, Author] = {}
        self.place: dict[str, float] = {}
        self.root: dict[str, str] = {}
        #: Part of a line that a formatter broke in two → the line.
        self.broken: dict[str, str] = {}
        self.serial = 0

    def write(self, author: Author, count: int, low: str | None, high: str | None, rng: Random) -> list[str]:
        """New lines to stand between two others (None: at the beginning, at the end)."""
        bottom = self.place[bare(low)] if low is not None else 0.0
        top = self.place[bare(high)] if high is not None else max(1.0, bottom + 1.0)
        made = []
        for place in sorted(bottom + (top - bottom) * rng.uniform(0.1, 0.9) for _ in range(count)):
            self.serial += 1
            mark = "_".join([_MARK[author.cls], *(author.who or "").split(" ")[0:1]]).rstrip("_")
            words = [f"{mark}_{self.serial}_{n}" for n in range(WORDS)]
            made.append(self._enter(" ".join(words), author, place))
        return made

    def reword(self, text: str) -> str | None:
        """The same line with another word in it; None once too little of the first wording would be left."""
        words = text.split(" ")
        done = sum(word.endswith("_again") for word in words)
        if done >= MOST_REWORDINGS or len(words) < WORDS:
            return None
        words[done] += "_again"
        new = self._enter(" ".join(words), self.author[text], self.place[text])
        self.root[new] = self.first(text)
        return new

    def wrap(self, text: str) -> list[str]:
        """The line broken in two; the line itself where that was done before."""
        words = text.split(" ")
        if len(words) < WORDS:
            return [text]
        parts = [" ".join(words[: WORDS // 2]), " ".join(words[WORDS // 2 :])]
        for n, part in enumerate(parts):
            self._enter(part, self.author[text], self.place[text] + n * 1e-12)
            self.broken[part] = text
        return parts

    def whole(self, text: str) -> str:
        """The line that this one is a part of: itself, where no formatter came by."""
        return self.broken.get(text, text)

    def overlap(self, lines: Iterable[str]) -> bool:
        """Whether a line stands there in two wordings, or whole and broken."""
        texts = {bare(line) for line in lines}
        firsts = {self.first(text) for text in texts}
        wholes = {self.first(self.whole(text)) for text in texts if text in self.broken}
        return len(firsts) < len(texts) or bool(wholes & firsts)

    def first(self, text: str) -> str:
        """The wording that a line began with."""
        return self.root.get(text, text)

    def known(self, text: str) -> bool:
        """Whether the line was written in this history (conflict markers were not)."""
        return text in self.place

    def in_order(self, lines: list[str]) -> list[str]:
        """The lines where they belong."""
        return sorted(lines, key=lambda line: self.place[bare(line)])

    def _enter(self, text: str, author: Author, place: float) -> str:
        self.author[text] = author
        self.place[text] = place
        return text
