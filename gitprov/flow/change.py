"""The change that a commit makes or is about to make: its parents, files and sources, and its plan's fit."""

import os
from collections.abc import Iterable

from gitprov.flow.git_state import Sources
from gitprov.git.files import diff as diffs
from gitprov.git.files.diff import FileChange
from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.model import canonical
from gitprov.model.named import NamedTuple
from gitprov.model.sidecars import sidecar_target
from gitprov.store.files import read as read_file
from gitprov.store.plan import Plan, blobs_path


class CommitChange(NamedTuple):
    """A coming or finished commit: `changes` are against `parents[0]`, `amended` is the commit it replaces.

    `head` is the commit of HEAD before it. `work` are the changes against `head` if a commit is amended, else
    empty.

    `tree` is the committed tree, None for the index. `sources` are the commits whose lines it may hold; None:
    they are to be read from git's state files, which are right only for the commit being made now.
    """

    head: str | None
    parents: tuple[str, ...]
    changes: list[FileChange]
    amended: str | None = None
    work: list[FileChange] = []  # noqa: RUF012 - never written to
    tree: str | None = None
    sources: Sources | None = None


def staged_change(repo: Repository, amend: bool) -> CommitChange:
    """The change from HEAD to the present index; from HEAD's parents if HEAD will be amended."""
    tip = repo.objects.commit("HEAD^{commit}")
    head = tip.oid if tip is not None else None
    if amend and tip is not None:
        # In a shallow clone, git amends a commit at the cut as a commit without parents.
        parents = tip.parents if head not in repo.cut_off else ()
        base = parents[0] if parents else None
        return CommitChange(
            head, parents, new_lines(repo, parents, base, None), head, diffs.staged(repo, head)
        )
    merged = tuple(_merge_heads(repo))
    parents = ((head,) if head else ()) + merged
    return CommitChange(head, parents, new_lines(repo, parents, head, None))


def added_count(changes: Iterable[FileChange]) -> int:
    """The number of lines that changes add; those of sidecars, which gitprov writes, are left out."""
    return sum([change.added for change in changes if sidecar_target(change.path) is None])


def new_lines(
    repo: Repository, parents: tuple[str, ...], base: str | None, commit: str | None
) -> list[FileChange]:
    """Changes of `commit` (None: of the index) against `base`, less hunk lines that another parent has."""

    def against(parent: str | None) -> list[FileChange]:
        return diffs.staged(repo, parent) if commit is None else diffs.between(repo, parent, commit)

    changes = against(base)
    for other in parents[1:]:
        changes = diffs.common(changes, against(other))
    return changes


def _merge_heads(repo: Repository) -> list[str]:
    return decode(read_file(os.path.join(repo.git_dir, "MERGE_HEAD")) or b"").split()


def fingerprint(commit_change: CommitChange) -> str:
    """A digest of the changed files: their status, modes, blob ids and paths."""
    rows = [[c.status, c.old_mode, c.new_mode, c.old_oid, c.new_oid, c.path] for c in commit_change.changes]
    return canonical.digest_of(rows)


def fits(repo: Repository, plan: Plan, commit_change: CommitChange) -> bool:
    """Whether a plan was made for this change, and the contents that it needs are still stored."""
    return (
        plan.base == commit_change.head
        and plan.amend == (commit_change.amended is not None)
        and plan.changes == fingerprint(commit_change)
        and (not plan.used or os.path.exists(blobs_path(repo.git_dir)))
    )
