"""Unites records that a plain `git fetch` brought with our refs, before a command reads them.

Every reading command runs this, usually with nothing new, so only what that case needs is imported at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitprov.errors import GitprovError
from gitprov.git.objects import is_commit
from gitprov.store import fetched_remotes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def take_in(repo: Repository) -> None:
    """Unite our refs with what a plain `git fetch` has brought since the last call.

    Never raises: a user who cannot write reads our refs as they are. Costs one file to read, and the refs of
    each remote that `clone-setup` subscribed to.
    """
    try:
        taken = fetched_remotes.load(repo.home)
        for remote, values in taken.items():
            _take_in(repo, remote, values, taken)
    except (GitprovError, OSError):
        return


def take_in_at(cwd: str, env: Mapping[str, str]) -> None:
    """`take_in` for the repository around `cwd`, for a command that itself opens none. Never raises."""
    from gitprov.git.locate import locate

    try:
        place = None if "GIT_DIR" in env else locate(cwd)
        if place is None or fetched_remotes.load(os.path.join(place.common_dir, "gitprov")):
            from gitprov.git.repo import Repository

            with Repository.discover(cwd, env) as repo:
                take_in(repo)
    except (GitprovError, OSError):
        return


def _take_in(repo: Repository, remote: str, values: dict[str, str], taken: fetched_remotes.Taken) -> None:
    from gitprov.git.remotes.remote import STAGING

    for kind in fetched_remotes.KINDS:
        commit = repo.objects.get(f"{STAGING}/{remote}/{kind}")
        if is_commit(commit) and values.get(kind) != commit.oid:
            from gitprov.flow.share.merge import unite

            unite(repo, kind, commit.oid, None, lazily=True)
            values[kind] = commit.oid
            fetched_remotes.save(repo.home, taken)
