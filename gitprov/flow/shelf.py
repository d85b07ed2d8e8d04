"""The shelf: versions of files that git keeps aside, in stashes and for a rebase that will put them back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gitprov.git.process import decode
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Stashes that are looked at, the newest first.
_MOST = 200
#: A stash is a merge: itself the work tree, its second parent the index, its third the untracked files.
_PARTS = ("", "^2", "^3")


#: Branches whose tips are looked at.
_BRANCHES = 100


def shelved(repo: Repository, more: Iterable[str] = ()) -> Callable[[str], list[bytes]] | None:
    """From a path to its versions on the shelf, and in `more` commits; None where there is neither."""
    aside = [*_autostash(repo), *_stashes(repo), *more]
    if not aside:
        return None

    def versions(path: str) -> list[bytes]:
        if "\n" in path:  # the reader of objects takes one name a line
            return []
        found = repo.objects.get_many(f"{oid}{part}:{path}" for oid in aside for part in _PARTS)
        return list({one.oid: one.data for one in found if one is not None and one.type == "blob"}.values())

    return versions


def tips(repo: Repository) -> list[str]:
    """The commits that local branches end with, the newest first: work may be there that no hook heard of."""
    asked = (
        "for-each-ref",
        f"--count={_BRANCHES}",
        "--sort=-committerdate",
        "--format=%(objectname)",
        "refs/heads",
    )
    return list(dict.fromkeys(decode(repo.run(*asked)).split()))


def _stashes(repo: Repository) -> list[str]:
    if repo.objects.get("refs/stash") is None:
        return []
    return decode(repo.try_run("log", "-g", f"-{_MOST}", "--format=%H", "refs/stash", "--").stdout).split()


def _autostash(repo: Repository) -> list[str]:
    places = (os.path.join(repo.git_dir, name, "autostash") for name in ("rebase-merge", "rebase-apply"))
    return [decode(data).strip() for data in map(files.read, places) if data]
