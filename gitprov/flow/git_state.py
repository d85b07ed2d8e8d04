"""Sources: the commits whose lines the coming commit may hold, as git itself names them.

What is said nowhere is not guessed here; `heal` looks further.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.objects import is_commit, parse_commit
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

    `partial` are those whose lines it may have and that it does not repeat; `reset` is the one that a reset
    left.
    """

    repeated: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    reset: ResetSource | None = None

    @property
    def commits(self) -> tuple[str, ...]:
        """All of them, the most telling last."""
        return (*self.partial, *([self.reset.commit] if self.reset else ()), *self.repeated)


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
    """Commits that have what a reverted commit took away: its parents. Their lines come back, and nothing
    else of them.
    """
    reverted = "" if rebasing(repo) else state(repo, "REVERT_HEAD") or _reverted(repo)
    obj = repo.objects.get(reverted) if reverted else None
    return parse_commit(obj).parents[::-1] if is_commit(obj) else ()


def unnamed(repo: Repository, sources: Sources) -> bool:
    """Whether git has brought in a change of another commit and says only with which message: `cherry-pick
    -n`.
    """
    present = [os.path.exists(os.path.join(repo.git_dir, name)) for name in ("MERGE_MSG", "MERGE_HEAD")]
    return present == [True, False] and not sources.repeated and not sources.partial


def _reverted(repo: Repository) -> str:
    """What `git revert` is undoing: it leaves REVERT_HEAD only where it stops, but always writes the
    message.
    """
    if os.path.exists(os.path.join(repo.git_dir, "MERGE_HEAD")):
        return ""
    oids = messages.reverted(state(repo, "MERGE_MSG"))
    return oids[-1] if oids else ""


def rebasing(repo: Repository) -> bool:
    """Whether a rebase is under way in this worktree (`git am` alone is none)."""
    return os.path.isdir(os.path.join(repo.git_dir, "rebase-merge")) or os.path.exists(
        os.path.join(repo.git_dir, "rebase-apply", "rebasing")
    )


def state(repo: Repository, *place: str) -> str:
    """What a file of git's state in this worktree says; empty where it is not there."""
    return decode(files.read(os.path.join(repo.git_dir, *place)) or b"").strip()
