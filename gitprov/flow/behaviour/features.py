"""Features of the configuration, and their code as the sandbox gets it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitprov.errors import Obstructed, UsageError
from gitprov.git.files import tree_files
from gitprov.sandbox.cases import CodeUnderTest
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.behaviour.feature import Feature

SOURCES = ("", "src", "lib")
"""Directories below the top of the work tree from which a project imports."""
PRIVATE = (".git", ".env", ".envrc", ".netrc", ".npmrc", ".pypirc")
"""Paths of the work tree that code under test does not see."""
_LIMIT = 16 << 20


def feature_of(repo: Repository, name: str) -> Feature:
    """A feature of the configuration. UsageError, with those that there are, for a name that is none."""
    configured = load_config(repo.worktree, repo.config("gitprov.")).features or {}
    if name not in configured:
        names = ", ".join(sorted(configured)) or "none"
        raise UsageError(
            f"there is no feature {name}", f"[tool.gitprov.features.{name}] adds it; there are: {names}"
        )
    return configured[name]


def code_of(repo: Repository, function: str, code: bytes | None = None) -> CodeUnderTest:
    """`module:function` of the work tree, or of a module with the text `code` in its place."""
    top = repo.worktree or repo.cwd
    tops = tuple(filter(os.path.isdir, (os.path.join(top, part).rstrip("/") for part in SOURCES)))
    return CodeUnderTest(function, code, tops, tuple(os.path.join(top, part) for part in PRIVATE))


def content(repo: Repository, path: str) -> bytes:
    """The bytes of a file of the work tree. UsageError where it is none."""
    try:
        data = tree_files.plain(repo.worktree or repo.cwd, path, _LIMIT)
    except (Obstructed, OSError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    if data is None:
        raise UsageError(f"there is no file {path}")
    return data
