"""Instruction files: whose text may become a git object, and whose is recorded by its digest alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gitprov.model.config import Config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def stored(repo: Repository, config: Config) -> Callable[[str], bool]:
    """Whether the text of an instruction file, named by its path as turns record it, may be stored.

    A person's own file is stored only where this person wants that. A file that the project's configuration names, and
    that is none of the usual instruction files, must be tracked by git: a project cannot ask for what lies about.
    """

    def stores(path: str) -> bool:
        if path.startswith("~"):
            return config.personal_instructions
        usual = any(path == name or path.endswith("/" + name) for name in Config().instructions)
        return usual or ("\n" not in path and repo.objects.get(f":{path}") is not None)

    return stores
