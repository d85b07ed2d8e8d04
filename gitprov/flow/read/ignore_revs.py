"""Blame past ignored revisions: the commit that git names may have written another text in the line's place.

A note's facts of a line hold for the text that its commit wrote. So where git ignores revisions, the shown
file is compared with the file of the commit that git names, by the rules used at a commit: a shown line is a
line of that file only if all its tokens are in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gitprov.model.answers.blame import UNKNOWN, Facts, Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Files kept in memory; git prints all groups of one commit together.
_KEPT = 4
#: Bytes of changed lines that are compared in one blame, over all commits. Above the limit a line whose text
#: differs from its commit's is not looked up elsewhere and counts as reworded at most: an answer should take
#: seconds.
_MOST = 4_000_000


def looks_past(repo: Repository, options: Sequence[str]) -> bool:
    """Whether flags or configuration name revisions to ignore."""
    if any(option.startswith("--ignore-rev") for option in options):
        return True
    return any(repo.config("blame.ignorerevsfile").values())


class Witness:
    """Compares shown lines with the files of the commits that blame names.

    `shown` is the file as it is shown, its lines without newlines. `facts_of` returns the facts of a group's
    lines.
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

        A line that differs in layout only keeps the facts of the original line; a reworded line of a model is
        `edited`; any other line is unknown.
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
        """The facts of line `n` (0-based) of a group, whose text `was` in the commit is not the shown one."""
        line = self._place(group).get(group.line + n)
        if line is not None:
            (same,) = self._facts_of(group._replace(orig_line=line, size=1))
            if same is not UNKNOWN:
                return same
        if fact.cls in ("ai", "edited"):
            from gitprov.attribution.matching.similar import SIMILAR, similarity

            if similarity(was, self._shown[group.line + n - 1]) >= SIMILAR:
                return fact._replace(cls="edited")
        return UNKNOWN

    def _place(self, group: Group) -> dict[int, int]:
        """Shown line → the same line of the commit's file, layout aside; both 1-based."""
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
        if "\n" in path:  # the long-lived reader takes one name per line
            return self._repo.try_run("cat-file", "blob", f"{oid}:{path}").stdout
        return self._repo.objects.content(f"{oid}:{path}") or b""


def _reads_the_same(was: bytes, text: bytes) -> bool:
    """Whether two lines are equal but for white space."""
    return was == text or b"".join(was.split()) == b"".join(text.split())
