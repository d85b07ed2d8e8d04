"""Blame past ignored revisions: git names a commit that wrote the line's place, maybe with another text.

What a note says of a line is true of the text that its commit wrote. So where git was told to look past commits, the
file that is shown is compared with that of the commit which git names, by the rules of a commit: a line whose tokens
all stand there is that line, and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gitprov.model.answers.blame import UNKNOWN, Facts, Group

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Files kept in memory; git tells all groups of one commit together.
_KEPT = 4
#: Bytes of changed lines that are compared for one blame, all commits together. Above it a line that does not read as
#: in its commit counts as reworded, at the most: an answer should take seconds.
_MOST = 4_000_000


def looks_past(repo: Repository, options: Sequence[str]) -> bool:
    """Whether flags or configuration name revisions to ignore."""
    if any(option.startswith("--ignore-rev") for option in options):
        return True
    return any(repo.config("blame.ignorerevsfile").values())


class Witness:
    """Knows the text of lines in the commits that blame names.

    `shown` is the file as it is shown, its lines without newlines. `facts_of` tells the facts of a group's lines.
    """

    def __init__(
        self, repo: Repository, shown: Sequence[bytes], facts_of: Callable[[Group], list[Facts]]
    ) -> None:
        self._repo = repo
        self._shown = shown
        self._facts_of = facts_of
        self._files: dict[tuple[str, str], list[bytes]] = {}
        self._places: dict[tuple[str, str], dict[int, int]] = {}
        self._free = _MOST

    def weigh(self, group: Group, facts: list[Facts], texts: Sequence[bytes]) -> list[Facts]:
        """The facts of a group's lines that hold for `texts` (no newlines), the lines as they are shown.

        A line of which the layout alone is another has the facts of the line that it was; a reworded line of a model is
        `edited`; of any other nobody knows who typed it.
        """
        if not group.oid.strip("0") or all(one is UNKNOWN for one in facts):
            return facts
        lines = self._lines(group.oid, group.path)[group.orig_line - 1 :]
        lines += [b""] * (len(facts) - len(lines))
        return [
            fact if _reads_the_same(was, text) else self._weighed(group, n, fact, was)
            for n, (fact, was, text) in enumerate(zip(facts, lines, texts, strict=False))
        ]

    def _weighed(self, group: Group, n: int, fact: Facts, was: bytes) -> Facts:
        """The facts of the line `n` (0-based) of a group, which does not read as the line that git takes it for."""
        line = self._place(group).get(group.line + n)
        if line is not None:
            (same,) = self._facts_of(group._replace(orig_line=line, size=1))
            if same is not UNKNOWN:
                return same
        if fact.cls in ("ai", "edited"):
            from gitprov.attribution.similar import SIMILAR, similarity

            if similarity(was, self._shown[group.line + n - 1]) >= SIMILAR:
                return fact._replace(cls="edited")
        return UNKNOWN

    def _place(self, group: Group) -> dict[int, int]:
        """Line shown → the line of the commit's file that it is, layout aside; 1-based."""
        key = (group.oid, group.path)
        if key not in self._places:
            if len(self._places) >= _KEPT:
                del self._places[next(iter(self._places))]
            self._places[key] = self._compared(self._lines(*key), group.path)
        return self._places[key]

    def _compared(self, lines: list[bytes], path: str) -> dict[int, int]:
        from gitprov.attribution.carry import kept
        from gitprov.attribution.diff import hunks
        from gitprov.attribution.layout.language import language_of
        from gitprov.model.ranges import LineSet

        old, new = ([line + b"\n" for line in side] for side in (lines, self._shown))
        changed = hunks(b"".join(old), b"".join(new))
        self._free -= sum(
            len(line)
            for hunk in changed
            for line in (*old[hunk.old_start : hunk.old_end], *new[hunk.new_start : hunk.new_end])
        )
        if self._free < 0:
            return {}
        runs = kept(LineSet.of_runs([(1, len(new))]), changed, lambda: (old, new), language_of(path))
        return {run.new + k: run.old + k for run in runs for k in range(run.size)}

    def _lines(self, oid: str, path: str) -> list[bytes]:
        """The lines of a commit's file, without newlines."""
        key = (oid, path)
        if key not in self._files:
            if len(self._files) >= _KEPT:
                del self._files[next(iter(self._files))]
            self._files[key] = self._read(oid, path).removesuffix(b"\n").split(b"\n")
        return self._files[key]

    def _read(self, oid: str, path: str) -> bytes:
        if "\n" in path:  # the long-lived reader takes one name a line
            done = self._repo.try_run("cat-file", "blob", f"{oid}:{path}")
            return done.stdout
        blob = self._repo.objects.get(f"{oid}:{path}")
        return b"" if blob is None else blob.data


def _reads_the_same(was: bytes, text: bytes) -> bool:
    """Whether white space alone is different."""
    return was == text or b"".join(was.split()) == b"".join(text.split())
