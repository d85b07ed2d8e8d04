"""Which blobs each commit introduced at which paths, by blob id; no content is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.files.diff import blobs_of
from gitprov.git.process import decode, encode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: A merge is compared with its first parent, since its conflict resolution may introduce content of its own.
_FLAGS = ("-r", "--root", "-z", "--raw", "--no-renames", "--no-abbrev", "--diff-merges=first-parent")


class Arrival(NamedTuple):
    """A blob of a regular file that a commit has at `path` and its first parent does not.

    `old` is the first parent's blob at `path`, None where that is no regular file.
    """

    path: str
    old: str | None
    new: str


def below(repo: Repository, tips: Iterable[str], most: int) -> list[str]:
    """At most `most` of the newest commits reachable from `tips` (revisions or flags), newest first."""
    return decode(repo.run("rev-list", "--ignore-missing", f"--max-count={most}", *tips, "--")).split()


def arrivals(repo: Repository, oids: Sequence[str]) -> Iterator[tuple[str, list[Arrival]]]:
    """(commit, its arrivals) in the order of `oids`, from one process; commits without any may be absent."""
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
        (old, new), path = blobs_of(field), next(fields)
        if new is not None and old != new:
            contents.append(Arrival(path, old, new))
    if contents:
        yield commit, contents
