"""Fixtures of the tests of faults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env


@pytest.fixture(scope="session")
def hooked_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit and the native hooks, which know no path of it."""
    place = tmp_path_factory.mktemp("template")
    repo = GitRepo.init(place / "repo", sealed_env(place), "--template=")
    repo.write("README", "a project\n")
    repo.commit("Start")
    repo.install()
    return repo.path


@pytest.fixture
def project(tmp_path: Path, env: dict[str, str], hooked_template: Path) -> GitRepo:
    """A copy of it."""
    shutil.copytree(hooked_template, tmp_path / "repo", symlinks=True)
    repo = GitRepo(tmp_path / "repo", env)
    repo.tick()
    return repo
