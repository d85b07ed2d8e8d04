"""The paths that differ between two trees, by blob id; usable for trees too large to list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.git.files.diff import blobs_of
from gitprov.git.process import decode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def differing(repo: Repository, old: str | None, new: str) -> dict[str, tuple[str | None, str | None]]:
    """Path → (old, new) blob id where two commits or trees differ; None for a side without a regular file.

    `old` None stands for the empty tree. GitFailed where one of them cannot be read.
    """
    against = old or repo.empty_tree()
    shown = decode(
        repo.run("diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", "--raw", against, new, "--")
    )
    differences: dict[str, tuple[str | None, str | None]] = {}
    rows = iter(shown.split("\0"))
    for facts in rows:
        if not facts.startswith(":"):
            continue
        sides, path = blobs_of(facts), next(rows)
        if sides[0] != sides[1]:
            differences[path] = sides
    return differences


def merge_base(repo: Repository, oid: str, other: str) -> str | None:
    """A best common ancestor of two commits, None where they have no common ancestor."""
    result = repo.try_run("merge-base", oid, other)
    return decode(result.stdout).split("\n", 1)[0] or None
