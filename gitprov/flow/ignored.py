"""Blame past ignored revisions: git names a commit that wrote the line's place, maybe with another text.

What a note says of a line is true of the text that its commit wrote. So where git was told to look past commits,
each line is compared with the one it is said to come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.model.blame import UNKNOWN, Facts, Group

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Files kept in memory; git tells all groups of one commit together.
_KEPT = 4


def looks_past(repo: Repository, options: Sequence[str]) -> bool:
    """Whether flags or configuration name revisions to ignore."""
    if any(option.startswith("--ignore-rev") for option in options):
        return True
    return any(repo.config("blame.ignorerevsfile").values())


class Witness:
    """Knows the text of lines in the commits that blame names."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._files: dict[tuple[str, str], list[bytes]] = {}

    def weigh(self, group: Group, facts: list[Facts], texts: Sequence[bytes]) -> list[Facts]:
        """The facts of a group's lines that hold for `texts` (no newlines), the lines as they are shown.

        A line that says the same, layout aside, keeps its facts; a reworded line of a model is `edited`; of any other
        nobody knows who typed it.
        """
        if not group.oid.strip("0") or all(one is UNKNOWN for one in facts):
            return facts
        there = self._lines(group.oid, group.path)[group.orig_line - 1 :]
        there += [b""] * (len(facts) - len(there))
        return [
            _weighed(fact, was, text, group.path)
            for fact, was, text in zip(facts, there, texts, strict=False)
        ]

    def _lines(self, oid: str, path: str) -> list[bytes]:
        key = (oid, path)
        if key not in self._files:
            if len(self._files) >= _KEPT:
                del self._files[next(iter(self._files))]
            self._files[key] = self._read(oid, path).split(b"\n")
        return self._files[key]

    def _read(self, oid: str, path: str) -> bytes:
        if "\n" in path:  # the long-lived reader takes one name a line
            done = self._repo.try_run("cat-file", "blob", f"{oid}:{path}")
            return done.stdout
        found = self._repo.objects.get(f"{oid}:{path}")
        return b"" if found is None else found.data


def _weighed(fact: Facts, was: bytes, text: bytes, path: str) -> Facts:
    if was == text or was.split() == text.split() or b"".join(was.split()) == b"".join(text.split()):
        return fact
    from gitprov.attribution.language import language_of
    from gitprov.attribution.layout import same

    if same(was, text, language_of(path)):
        return fact
    if fact.cls in ("ai", "edited"):
        from gitprov.attribution.reword import SIMILAR, similarity

        if similarity(was, text) >= SIMILAR:
            return fact._replace(cls="edited")
    return UNKNOWN
