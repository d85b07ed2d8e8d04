"""A commit, or a rebase, whose last hook was killed is finished by the next command that looks."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.store.plan import path, rewritten

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def finish_interrupted(repo: Repository) -> str | None:
    """Write what a killed post-commit or post-rewrite left unwritten; the id of a commit that got its note
    now.

    Costs two looks at files where there is nothing to do. Never raises: a reader must be able to read a
    repository that it cannot write, and `doctor` says what is wrong.
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
