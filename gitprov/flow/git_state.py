"""Sources: the commits whose lines the coming commit may hold, as named by git's state files.

Sources that no state file names are not guessed here; `heal` searches for them.
"""

import os

from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.model.named import NamedTuple
from gitprov.store import files


class ResetSource(NamedTuple):
    """The commit that HEAD had before a reset, and the files that are known to have kept its lines."""

    commit: str
    paths: frozenset[str]


class Sources(NamedTuple):
    """Commits whose lines a target commit may hold. `repeated`: it repeats them, the best evidence last.

    `partial`: it may have lines of them, but does not repeat them. `reset`: the commit before a reset.
    """

    repeated: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    reset: ResetSource | None = None

    @property
    def commits(self) -> tuple[str, ...]:
        """All sources, the best evidence last."""
        return (*self.partial, *([self.reset.commit] if self.reset else ()), *self.repeated)


def named(repo: Repository) -> tuple[str, ...]:
    """The commits that git's state files name and the coming commit repeats, the best evidence last."""
    picked = state(repo, "CHERRY_PICK_HEAD")
    if rebasing(repo):
        stopped = state(repo, "rebase-merge", "stopped-sha")
        return tuple(filter(None, [repo.resolve(stopped) if stopped else picked]))
    return (*_squashed(state(repo, "SQUASH_MSG")), *([picked] if picked else ()))


def _squashed(message: str) -> list[str]:
    """The commits that `merge --squash` lists in its message."""
    if not message:
        return []
    from gitprov.interop.messages import squashed

    return squashed(message)


def names_sources(repo: Repository) -> bool:
    """Whether git's state files may name commits whose lines the coming commit holds, as hooks in sh do."""
    names = ("CHERRY_PICK_HEAD", "REVERT_HEAD", "SQUASH_MSG", "MERGE_MSG", "ORIG_HEAD")
    return rebasing(repo) or any(os.path.exists(os.path.join(repo.git_dir, name)) for name in names)


def squashing(repo: Repository) -> bool:
    """Whether a `git merge --squash` is not committed yet."""
    return os.path.exists(os.path.join(repo.git_dir, "SQUASH_MSG"))


def joining(repo: Repository) -> bool:
    """Whether a rebase is joining a commit to the one before it (`squash`, `fixup`)."""
    return os.path.exists(os.path.join(repo.git_dir, "rebase-merge", "current-fixups"))


def undone(repo: Repository) -> tuple[str, ...]:
    """The parents of the commit being reverted, last first: of them only lines come back; empty if none."""
    reverted = "" if rebasing(repo) else state(repo, "REVERT_HEAD") or _reverted(repo)
    commit = repo.objects.commit(reverted)
    return () if commit is None else commit.parents[::-1]


def unnamed(repo: Repository, sources: Sources) -> bool:
    """Whether git applied another commit and recorded only its message, as `cherry-pick -n` does."""
    present = [os.path.exists(os.path.join(repo.git_dir, name)) for name in ("MERGE_MSG", "MERGE_HEAD")]
    return present == [True, False] and not sources.repeated and not sources.partial


def _reverted(repo: Repository) -> str:
    """The commit that `git revert` undoes, from the message: REVERT_HEAD exists only if the revert stops."""
    if os.path.exists(os.path.join(repo.git_dir, "MERGE_HEAD")):
        return ""
    message = state(repo, "MERGE_MSG")
    if not message:
        return ""
    from gitprov.interop.messages import reverted

    oids = reverted(message)
    return oids[-1] if oids else ""


def rebasing(repo: Repository) -> bool:
    """Whether a rebase is in progress in this worktree; `git am` alone does not count."""
    return os.path.isdir(os.path.join(repo.git_dir, "rebase-merge")) or os.path.exists(
        os.path.join(repo.git_dir, "rebase-apply", "rebasing")
    )


def state(repo: Repository, *place: str) -> str:
    """The stripped text of a file in this worktree's git directory; empty if there is none."""
    return decode(files.read(os.path.join(repo.git_dir, *place)) or b"").strip()
