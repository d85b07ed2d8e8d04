"""Fixtures of the tests of shapes: copies of repositories that are made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env

COMMITS = 12


@pytest.fixture(scope="session")
def server_template(tmp_path_factory: pytest.TempPathFactory, hooked_template: Path) -> Path:
    """A repository that serves partial clones, with notes on many commits of one file."""
    place = tmp_path_factory.mktemp("server")
    shutil.copytree(hooked_template, place / "repo", symlinks=True)
    repo = GitRepo(place / "repo", sealed_env(place))
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    agent = Agent(repo)
    for n in range(COMMITS):
        agent.prompt().write("long.py", "".join(f"line_{k} = {k}\n" for k in range(n + 1)))
        repo.write("unasked.py", f"nobody_asks = {n}\n")
        repo.commit(f"{n}")
    return repo.path


@pytest.fixture
def repo(project: GitRepo) -> GitRepo:
    """The one with hooks: what a fixture that asks for a repository gets here."""
    return project


@pytest.fixture
def server(tmp_path: Path, env: dict[str, str], server_template: Path) -> GitRepo:
    """A copy of the one that serves partial clones."""
    shutil.copytree(server_template, tmp_path / "repo", symlinks=True)
    repo = GitRepo(tmp_path / "repo", env)
    repo.tick(COMMITS * 100)
    return repo
