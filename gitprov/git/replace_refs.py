"""Commits that `git replace` replaces."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitprov.git.process import decode

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_ROOM = "refs/replace/"


def replacements(repo: Repository) -> dict[str, str]:
    """Commit → its replacement, whether or not replacements are in force for this process."""
    if _surely_none(repo):
        return {}
    shown = repo.run("for-each-ref", "--format=%(objectname) %(objecttype) %(refname)", _ROOM)
    rows = (line.split(" ", 2) for line in decode(shown).splitlines())
    return {ref.removeprefix(_ROOM): oid for oid, kind, ref in rows if kind == "commit"}


def in_force(repo: Repository) -> dict[str, str]:
    """Commit → its replacement, as in force for this process; empty where the user disabled replacement."""
    if "GIT_NO_REPLACE_OBJECTS" in repo.env:
        return {}
    substitutes = replacements(repo)
    if (
        substitutes
        and decode(repo.try_run("config", "--type=bool", "core.useReplaceRefs").stdout).strip() == "false"
    ):
        return {}
    return substitutes


def same_tree(repo: Repository, a: str, b: str) -> bool:
    """Whether two commits, themselves and not their replacements, have the same tree."""
    args = ("rev-parse", "--verify", "--quiet")
    env = {"GIT_NO_REPLACE_OBJECTS": "1"}
    return repo.run(*args, f"{a}^{{tree}}", env=env) == repo.run(*args, f"{b}^{{tree}}", env=env)


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
