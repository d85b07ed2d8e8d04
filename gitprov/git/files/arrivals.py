"""Which contents came to which paths in which commits: by blob id, without looking into any content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.process import decode, encode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_REGULAR = ("100644", "100755")
#: What a merge brought in relative to its first parent counts as well: its conflict may have been resolved so.
_FLAGS = ("-r", "--root", "-z", "--raw", "--no-renames", "--no-abbrev", "--diff-merges=first-parent")


class Arrival(NamedTuple):
    """A regular file's content that a commit has at `path` and its first parent has not; `old` None where that has no file."""

    path: str
    old: str | None
    new: str


def below(repo: Repository, tips: Iterable[str], most: int) -> list[str]:
    """The newest commits (no more than `most`) that these revisions or flags lead to, newest first."""
    return decode(repo.run("rev-list", "--ignore-missing", f"--max-count={most}", *tips, "--")).split()


def arrivals(repo: Repository, oids: Sequence[str]) -> Iterator[tuple[str, list[Arrival]]]:
    """(commit, what came to it), in their order, from one process; commits to which nothing came may be left out."""
    if not oids:
        return
    request = "".join(f"{oid}\n" for oid in oids)
    shown = decode(repo.run("diff-tree", "--stdin", *_FLAGS, stdin=encode(request)))
    commit = ""
    contents: list[Arrival] = []
    fields = iter(shown.split("\0"))
    for field in fields:
        if not field.startswith(":"):
            if contents:
                yield commit, contents
            commit, contents = field, []
            continue
        path = next(fields)
        old_mode, new_mode, old, new, _ = field[1:].split(" ")
        if new_mode in _REGULAR and old != new:
            contents.append(Arrival(path, old if old_mode in _REGULAR else None, new))
    if contents:
        yield commit, contents
