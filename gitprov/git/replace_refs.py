"""Objects in whose place git shows others (`git replace`)."""

from __future__ import annotations

import os

from gitprov.git.process import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_ROOM = "refs/replace/"


def replaced(repo: Repository) -> frozenset[str]:
    """The objects in whose place git shows others; empty where the environment of `repo` forbids that.

    A note's line numbers are those of the commit itself, so they do not hold for what git shows.
    """
    if "GIT_NO_REPLACE_OBJECTS" in repo.env or _surely_none(repo):
        return frozenset()
    shown = repo.run("for-each-ref", "--format=%(refname)", _ROOM)
    return frozenset(ref.removeprefix(_ROOM) for ref in decode(shown).splitlines())


def _surely_none(repo: Repository) -> bool:
    """Whether the absence of replace refs is visible from files, which is cheaper than starting git."""
    base = repo.common_dir
    if os.path.isdir(os.path.join(base, "reftable")) or os.path.isdir(os.path.join(base, "refs", "replace")):
        return False
    try:
        with open(os.path.join(base, "packed-refs"), "rb") as file:
            return b" refs/replace/" not in file.read()
    except OSError:
        return True
