"""The configuration of the pre-commit framework in a work tree; the framework may run gitprov's hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.git.files import tree_files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: The file at the top of the work tree. prek reads it too.
NAME = ".pre-commit-config.yaml"
_LIMIT = 1 << 20


def read(repo: Repository) -> bytes:
    """The first 1 MiB of the configuration, empty where there is no such file."""
    return tree_files.head(repo.worktree or "", NAME, _LIMIT) or b""
