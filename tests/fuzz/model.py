"""The model: what is true of every line, worked out from what git holds and from who typed what.

It never reads anything that gitprov wrote. A line of a commit that stands in one of its parents is what it was there. A
line that stands in none of them is its author's, for texts are never typed twice. That is all, but for two fine points:

- A line that somebody reworded is that somebody's, who is not known. Only a model's line is `edited` instead, where the
  rewording is in the commit that first holds the line, or in the one that replaces it by `--amend`. Where the replaced
  commit only indented the line, `gitprov heal` may have named it in that commit's note: then either is right.
- Two sides of a merge may have come to different answers on a line; then either is right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tests.fuzz.git import Commit, Files
from tests.fuzz.lines import UNKNOWN, Author, Ledger, bare

Answers = frozenset[Author]
"""What may be said of a line: one author, except where two parents differ."""


class ModelError(Exception):
    """The moves made something that the model has no answer for: a defect of the fuzzer, not of what it tests."""


class Model:
    """Who wrote each line of each commit."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.commits: dict[str, dict[str, Answers]] = {}
        self._held: set[str] = set()
        #: What was ever said of a line that a commit holds.
        self._said: dict[str, Answers] = {}

    def learn(
        self,
        commit: Commit,
        files: Files,
        replaced: str | None = None,
        carried: bool = False,
        doubtful: Collection[str] = (),
        indented: Collection[str] = (),
    ) -> None:
        """A commit was made, parents known; `replaced` is the commit that it was made instead of.

        `carried`: what it adds and another commit had before is what it was there; `doubtful` texts: or nobody's.
        `indented`: lines that `replaced` has with another indentation than its parents have.
        """
        texts = texts_of(files)
        for path, lines in files.items():
            self.check_order(path, lines)
        old = self.commits[replaced] if replaced else {}
        told: dict[str, Answers] = {}
        for text in texts:
            before = [self.commits[one][text] for one in commit.parents if text in self.commits[one]]
            again = self._said.get(self.ledger.whole(text)) if carried else None
            if before:
                told[text] = frozenset().union(*before)
            elif again:
                told[text] = again | {UNKNOWN} if text in doubtful else again
            else:
                told[text] = self._first(text, commit, old, indented)
        self.commits[commit.oid] = told
        for text, answers in told.items():
            self._said[text] = self._said.get(text, frozenset()) | answers
        self._held.update(self.ledger.first(text) for text in texts)

    def retyped(self, text: str) -> None:
        """Somebody typed a line again that only lost commits have had."""
        self.ledger.author[text] = UNKNOWN
        self._said.pop(text, None)

    def held(self, text: str) -> bool:
        """Whether any commit has held the line, in any wording."""
        return self.ledger.first(text) in self._held

    def of_commit(self, oid: str, text: str) -> Answers:
        """What may be said of a line in a commit."""
        return self.commits[oid][text]

    def of_worktree(self, head: str, text: str) -> Answers:
        """What may be said of a line in the work tree."""
        return self.commits[head].get(text) or frozenset([self.uncommitted(text)])

    def uncommitted(self, text: str) -> Author:
        """Whose a line is that no parent of the coming commit has."""
        author = self.ledger.author[text]
        if text not in self.ledger.root:
            return author
        if author.cls != "ai" or self.ledger.first(text) in self._held:
            return UNKNOWN
        return Author("edited", author.who)

    def check_order(self, path: str, lines: list[str]) -> None:
        """ModelError where lines stand in another order than they belong in."""
        if self.ledger.in_order(lines) != lines:
            raise ModelError(f"{path}: the lines are not in their order")

    def _first(
        self, text: str, commit: Commit, old: dict[str, Answers], indented: Collection[str]
    ) -> Answers:
        """Whose a line is that `commit` adds."""
        if text in old:
            return old[text]
        author, answers = self.ledger.author[text], frozenset([self.uncommitted(text)])
        if text in self.ledger.root and author.cls == "ai":
            edited = frozenset([Author("edited", author.who)])
            wordings = {one for one in old if self.ledger.first(one) == self.ledger.first(text)}
            models = {one for one in wordings if any(answer.cls in ("ai", "edited") for answer in old[one])}
            if models - {one for parent in commit.parents for one in self.commits[parent]}:
                return edited
            if models & set(indented):
                return answers | edited
        return answers


def texts_of(files: Files) -> set[str]:
    """The texts of all lines. ModelError where one stands twice."""
    return distinct(line for lines in files.values() for line in lines)


def distinct(lines: Iterable[str]) -> set[str]:
    """The texts of lines. ModelError where one stands twice."""
    texts = [bare(line) for line in lines]
    found = set(texts)
    if len(found) != len(texts):
        raise ModelError("a line stands in two places")
    return found
