"""A commit graph with the changed paths of each commit, so that many runs of git blame skip other commits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitprov.errors import GitFailed
from gitprov.git.files import object_directory
from gitprov.git.process import Env
from gitprov.git.remotes.partial_clone import promisors

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def with_graph(repo: Repository, oid: str) -> Env:
    """An environment in which git knows the paths that the ancestors of a commit change; the repository's own
    where git cannot write them, and in partial clones, for which it would fetch all trees.

    The graph is kept in gitprov's directory of the clone and extended by the next call. No answer of git
    depends on it.
    """
    if promisors(repo.cwd, repo.env):
        return repo.env
    place = os.path.join(repo.home, "graph")
    env = {**repo.env, **object_directory.first(repo, place)}
    try:
        os.makedirs(place, 0o700, exist_ok=True)
        args = ("commit-graph", "write", "--stdin-commits", "--changed-paths", "--no-progress")
        repo.run(*args, stdin=oid.encode("ascii") + b"\n", env=env)
    except (OSError, GitFailed):
        return repo.env
    return env
