"""A remote on disk, people who cloned it, and notes for the price of a git process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.repo import NOTES_REF, GitRepo, run


def hub(path: Path, env: dict[str, str], *args: str) -> GitRepo:
    """An empty bare repository that others share."""
    return GitRepo.init(path, env, "--bare", *args)


def people(place: Path, env: dict[str, str], count: int = 2, *args: str) -> tuple[GitRepo, list[GitRepo]]:
    """A remote with one commit, and clones of it, without hooks; `args` go to `git init`."""
    remote = hub(place / "hub.git", env, *args)
    first = GitRepo.init(place / "clone0", env, *args)
    first.write("README", "a project\n")
    first.commit("Start")
    first.git("remote", "add", "origin", remote.path.as_uri())
    first.git("push", "-q", "-u", "origin", "main")
    clones = [first]
    for n in range(1, count):
        path = place / f"clone{n}"
        run(["git", "clone", "-q", remote.path.as_uri(), str(path)], cwd=place, env=env)
        clones.append(GitRepo(path, env))
    return remote, clones


def row(name: str, **facts: Any) -> str:
    """A line of a note."""
    return json.dumps({"kind": "human", "v": 1, "id": name, "files": {}, **facts})


def append(repo: GitRepo, text: str, rev: str = "HEAD") -> None:
    """Add a line to a commit's note, as git does."""
    repo.git("notes", f"--ref={NOTES_REF}", "append", "-m", text, rev)


def ids(repo: GitRepo, rev: str = "HEAD") -> set[str]:
    """The ids of the lines of a commit's note."""
    return {line["id"] for line in repo.note(rev)}


def parents(repo: GitRepo, ref: str = NOTES_REF) -> list[str]:
    """The parents of the commit that a ref names."""
    return repo.git("log", "-1", "--format=%P", ref).stdout.split()


def value(repo: GitRepo, ref: str = NOTES_REF) -> str | None:
    """What a ref names, None where it does not exist."""
    return repo.git("rev-parse", "--verify", "--quiet", ref, check=False).stdout.strip() or None
