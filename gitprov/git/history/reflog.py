"""Entries of reflogs: how HEAD and branches moved."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from gitprov.git.process import decode
from gitprov.model.named import NamedTuple

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class HeadMove(NamedTuple):
    """One move of HEAD or of a branch to another commit; `why` is git's reason, as in `commit (amend): …`."""

    old: str
    new: str
    why: str


class Reflogs(NamedTuple):
    """Entries of reflogs, oldest first in each log.

    `entries` are (commit, git's reason), also of the oldest entry of a log, before which nothing is recorded.
    """

    moves: list[HeadMove]
    entries: list[tuple[str, str]]


def steps(repo: Repository, most: int) -> list[HeadMove]:
    """The last moves of HEAD, at most `most`, oldest first; empty where git keeps no reflog."""
    return read(repo, most + 1, "HEAD").moves


def read(repo: Repository, most: int, *refs: str) -> Reflogs:
    """The newest entries of the reflogs of `refs`, revisions or flags such as --branches, at most `most`
    in all; empty where git keeps no reflogs.
    """
    flags = ("log", "-g", f"-{most}", "--no-show-signature", "--format=%H%x00%gD%x00%gs")
    logs: dict[str, list[tuple[str, str]]] = {}
    for row in decode(repo.try_run(*flags, *refs, "--").stdout).split("\n"):
        oid, _, rest = row.partition("\0")
        name, _, why = rest.partition("\0")
        if oid:
            logs.setdefault(name.partition("@{")[0], []).append((oid, why))
    out = Reflogs([], [])
    for rows in (log[::-1] for log in logs.values()):
        out.moves.extend(HeadMove(old, *new) for old, new in ((a[0], b) for a, b in itertools.pairwise(rows)))
        out.entries.extend(rows)
    return out
