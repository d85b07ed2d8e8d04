"""Object directories of gitprov, in front of the one of the repository."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def first(repo: Repository, place: str) -> dict[str, str]:
    """Variables with which git uses the object directory `place`, and the repository's as an alternate."""
    real = repo.env.get("GIT_OBJECT_DIRECTORY") or os.path.join(repo.common_dir, "objects")
    others = [_listed(os.path.abspath(os.path.join(repo.cwd, real)))]
    others += filter(None, [repo.env.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")])
    return {"GIT_OBJECT_DIRECTORY": place, "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(others)}


def _listed(path: str) -> str:
    """A directory quoted for git's path lists, such as GIT_ALTERNATE_OBJECT_DIRECTORIES."""
    if os.pathsep not in path and not path.startswith('"'):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
