"""The moves of HEAD, from its reflog."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.process import decode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class HeadMove(NamedTuple):
    """One move of HEAD from a commit to another; `why` is git's reason, as in `commit (amend): …`."""

    old: str
    new: str
    why: str


def steps(repo: Repository, most: int) -> list[HeadMove]:
    """The last moves of HEAD, at most `most`, oldest first; empty where git keeps no reflog."""
    shown = repo.try_run(
        "log", "-g", f"-{most + 1}", "--no-show-signature", "--format=%H%x00%gs", "HEAD", "--"
    )
    rows = [row.partition("\0") for row in decode(shown.stdout).split("\n") if row]
    return [HeadMove(old[0], new[0], new[2]) for new, old in itertools.pairwise(rows)][::-1]
