"""Instruction files: which of them may be stored as git objects, and which are recorded by digest alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gitprov.model.config import Config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def stored(repo: Repository, config: Config) -> Callable[[str], bool]:
    """Whether the text of an instruction file may be stored, by its path as turns record it.

    A person's own file is stored only where that person's configuration allows it. A file that the project's
    configuration names, and that is not one of the usual instruction files, must be tracked by git: otherwise
    a project could have any untracked file stored.
    """

    def stores(path: str) -> bool:
        if path.startswith("~"):
            return config.personal_instructions
        usual = any(path == name or path.endswith("/" + name) for name in Config().instructions)
        return usual or repo.objects.get(f":{path}") is not None

    return stores
