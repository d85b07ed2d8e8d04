"""Repositories in places with hostile names, and of other formats."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.shapes.story import tell
from tests.support.agent import Agent
from tests.support.repo import GitRepo

NAMES = {
    "shell": 'it\'s "quoted"  $HOME `x` \\ %s [a]*?#; ',
    "newline": "two\nlines",
    "answer": "a\nsha1\nb",
    "dash": "-C",
    "bytes": os.fsdecode(b"caf\xe9"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_main_worktree(tmp_path: Path, env: dict[str, str], name: str) -> None:
    """The main path holds whatever the directory is called."""
    repo = GitRepo.init(tmp_path / NAMES[name], env)
    repo.install()
    tell(repo)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_linked_worktree(tmp_path: Path, env: dict[str, str], name: str) -> None:
    """The main path holds in a linked worktree, whatever it and its main worktree are called."""
    repo = GitRepo.init(tmp_path / NAMES[name], env)
    repo.write("README", "x\n")
    repo.commit("Start")
    repo.install()
    side = tmp_path / "linked" / NAMES[name]
    tell(repo.add_worktree(side, "-b", "side"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["newline", "bytes"])
def test_submodule(tmp_path: Path, env: dict[str, str], name: str) -> None:
    """The main path holds in a submodule of a repository with such a name."""
    origin = GitRepo.init(tmp_path / "origin", env)
    origin.write("a.py", "x = 1\n")
    origin.commit("Start")
    repo = GitRepo.init(tmp_path / NAMES[name], env)
    repo.git("submodule", "--quiet", "add", origin.path.as_uri(), "sub")
    sub = GitRepo(repo.path / "sub", env)
    sub.install()
    tell(sub, "b.py")


@pytest.mark.slow
def test_sha256(tmp_path: Path, env: dict[str, str]) -> None:
    """The main path holds in a SHA-256 repository, and in a linked worktree of it."""
    repo = GitRepo.init(tmp_path / "repo", env, "--object-format=sha256")
    repo.install()
    oid = tell(repo)
    assert len(oid) == 64
    tell(repo.add_worktree(tmp_path / "side", "-b", "side"), "b.py")


def test_reftable(tmp_path: Path, env: dict[str, str]) -> None:
    """The main path holds where refs are in a reftable, which git has since 2.45."""
    probe = GitRepo.init(tmp_path / "probe", env)
    done = probe.git("init", "-q", "--ref-format=reftable", str(tmp_path / "repo"), check=False)
    if done.returncode:
        pytest.skip("this git has no reftable")
    repo = GitRepo(tmp_path / "repo", env)
    repo.install()
    oid = tell(repo)
    repo.git("commit", "-q", "--amend", "-m", "Again")
    assert repo.oid() != oid
    assert repo.classes("src/a.py") == ["unknown", "ai", "ai", "unknown"]
    side = repo.add_worktree(tmp_path / "side", "-b", "side")
    Agent(side).write("b.py", "b = 1\n")
    side.commit("Side")
    assert side.classes("b.py") == ["ai"]
