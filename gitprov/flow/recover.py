"""Recovery: later commands finish a commit or rebase whose post-commit or post-rewrite hook was killed."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.store.plan import path, rewritten

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def finish_interrupted(repo: Repository) -> str | None:
    """Write what a killed post-commit or post-rewrite did not write; the id of a commit that got its note.

    Costs two checks for a file where there is nothing to do. Never raises, so that a user without write
    access can read the repository; `doctor` reports what is wrong.
    """
    if os.path.exists(rewritten(repo.git_dir)):
        from gitprov.flow.carry.post_rewrite import finish

        with contextlib.suppress(GitprovError, OSError):
            finish(repo)
    if repo.worktree is None or not os.path.exists(path(repo.git_dir)):
        return None
    from gitprov.flow.commit.seal import recover
    from gitprov.flow.context import CommitContext
    from gitprov.flow.work_tree import Disk

    try:
        return recover(CommitContext(repo, Disk(repo)))
    except (GitprovError, OSError):
        return None
