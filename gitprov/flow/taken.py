"""What a plain `git fetch` brought of other people's records: a look at it before each command that reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.store import subscriptions

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def take_in(repo: Repository) -> None:
    """Unite our refs with what a plain `git fetch` brought since. Never raises: whoever cannot write reads what is ours.

    Costs one look at a file, and one look at a ref for each remote that `clone-setup` subscribed to.
    """
    try:
        taken = subscriptions.load(repo.home)
        for remote, known in taken.items():
            from gitprov.flow.shared import take_from

            take_from(repo, remote, known, taken)
    except (GitprovError, OSError):
        return


def take_in_at(cwd: str, env: Mapping[str, str]) -> None:
    """The same for a command that leaves it to git to find the repository. Never raises."""
    from gitprov.git.locate import locate
    from gitprov.git.repo import Repository

    try:
        place = None if "GIT_DIR" in env else locate(cwd)
        if place is None or subscriptions.load(os.path.join(place.common_dir, "gitprov")):
            with Repository.discover(cwd, env) as repo:
                take_in(repo)
    except (GitprovError, OSError):
        return
