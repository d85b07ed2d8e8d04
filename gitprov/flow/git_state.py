"""Sources: the commits whose lines the coming commit may hold, as git itself names them.

What is said nowhere is not guessed here; `heal` looks further.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.objects import parse_commit
from gitprov.git.process import decode
from gitprov.interop import messages
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class ResetSource(NamedTuple):
    """A commit that a reset left, and the paths of which it is seen that their lines were kept."""

    commit: str
    paths: frozenset[str]


class Sources(NamedTuple):
    """Commits whose lines another one may hold. `repeated` are those that it repeats, the most telling last.

    `lenders` it has lines of, and repeats nothing else of them; `left` is the one that a reset left.
    """

    repeated: tuple[str, ...] = ()
    lenders: tuple[str, ...] = ()
    left: ResetSource | None = None

    @property
    def commits(self) -> tuple[str, ...]:
        """All of them, the most telling last."""
        return (*self.lenders, *([self.left.commit] if self.left else ()), *self.repeated)


def named(repo: Repository) -> tuple[str, ...]:
    """Commits that git's state files name, which the coming commit repeats, the most telling last."""
    picked = state(repo, "CHERRY_PICK_HEAD")
    if rebasing(repo):
        stopped = state(repo, "rebase-merge", "stopped-sha")
        return tuple(filter(None, [repo.resolve(stopped) if stopped else picked]))
    return (*messages.squashed(state(repo, "SQUASH_MSG")), *([picked] if picked else ()))


def squashing(repo: Repository) -> bool:
    """Whether `git merge --squash` was done and not committed yet."""
    return os.path.exists(os.path.join(repo.git_dir, "SQUASH_MSG"))


def undone(repo: Repository) -> tuple[str, ...]:
    """Commits that have what a reverted commit took away: its parents. Their lines come back, and nothing else of them."""
    reverted = "" if rebasing(repo) else state(repo, "REVERT_HEAD") or _reverted(repo)
    found = repo.objects.get(reverted) if reverted else None
    return parse_commit(found).parents[::-1] if found is not None and found.type == "commit" else ()


def unnamed(repo: Repository, known: Sources) -> bool:
    """Whether git has brought in a change of another commit and says only with which message: `cherry-pick -n`."""
    there = [os.path.exists(os.path.join(repo.git_dir, name)) for name in ("MERGE_MSG", "MERGE_HEAD")]
    return there == [True, False] and not known.repeated and not known.lenders


def _reverted(repo: Repository) -> str:
    """What `git revert` is undoing: it leaves REVERT_HEAD only where it stops, but always writes the message."""
    if os.path.exists(os.path.join(repo.git_dir, "MERGE_HEAD")):
        return ""
    said = messages.reverted(state(repo, "MERGE_MSG"))
    return said[-1] if said else ""


def rebasing(repo: Repository) -> bool:
    """Whether a rebase is under way in this worktree (`git am` alone is none)."""
    return os.path.isdir(os.path.join(repo.git_dir, "rebase-merge")) or os.path.exists(
        os.path.join(repo.git_dir, "rebase-apply", "rebasing")
    )


def state(repo: Repository, *place: str) -> str:
    """What a file of git's state in this worktree says; empty where it is not there."""
    return decode(files.read(os.path.join(repo.git_dir, *place)) or b"").strip()
