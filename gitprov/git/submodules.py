"""The submodules of a work tree, and the submodule that contains a path of the superproject."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gitprov.git.files import tree_files
from gitprov.git.process import Env, decode, run_git

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_LINK = "160000"
_LIMIT = 1 << 20
_KEYS = r"^submodule\..*\.path$"


class Inside(NamedTuple):
    """A path in a submodule: the submodule's path and commit, and the path inside (empty for itself)."""

    submodule: str
    commit: str
    path: str


def paths(top: str, env: Env) -> Iterator[str]:
    """Paths, from `top`, of the submodules in its `.gitmodules`; without that file no process is started.

    The file may come from strangers: a link in its place is ignored, as by git itself, and a path that leads
    out of the work tree, by itself or through a link, is left out.
    """
    try:
        text = tree_files.read(top, ".gitmodules", _LIMIT)
    except OSError:
        return
    if text is None:
        return
    args = ("config", "-z", "--file", "-", "--get-regexp", _KEYS)
    shown = run_git(args, cwd=top, env=env, stdin=text, ok=(0, 1, 128)).stdout
    real = os.path.realpath(top)
    for row in decode(shown).split("\0"):
        path = row.partition("\n")[2].rstrip("/")
        if path and os.path.realpath(os.path.join(real, path)) == os.path.join(real, path):
            yield path


def holding(repo: Repository, path: str, revision: str | None) -> Inside | None:
    """The submodule with `path` (from the superproject's top) in a commit, or (None) in the index."""
    parts = path.split("/")
    prefixes = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    if revision is None:
        pathspecs = [f":(top,literal){prefix}" for prefix in prefixes]
        flags = ("ls-files", "--stage", "-z", "--full-name", "--", *pathspecs)
    else:
        flags = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", revision, "--", *prefixes)
    for row in decode(repo.try_run(*flags).stdout).split("\0"):
        facts, _, submodule = row.partition("\t")
        words = facts.split(" ")
        if words[0] == _LINK and submodule in prefixes:
            return Inside(submodule, words[1 if revision is None else 2], path[len(submodule) + 1 :])
    return None
