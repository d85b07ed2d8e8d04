"""Fixtures every test file may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo
from tests.support.sealed import ROOT, sealed_env


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A sealed environment; see tests/support/sealed.py."""
    return sealed_env(tmp_path)


@pytest.fixture
def repo(tmp_path: Path, env: dict[str, str]) -> GitRepo:
    """An empty repository on branch main, without hooks."""
    return GitRepo.init(tmp_path / "repo", env)


@pytest.fixture
def hooked(repo: GitRepo) -> GitRepo:
    """A repository with one commit and the native hooks in place."""
    repo.write("README", "a project\n")
    repo.commit("Start")
    repo.install()
    return repo


@pytest.fixture
def claude(repo: GitRepo) -> ClaudeSession:
    """A Claude Code session in `repo` (the same one as `hooked`, where a test asks for both)."""
    return ClaudeSession(repo)


@pytest.fixture
def checkout() -> Path:
    """The root of the gitprov checkout under test."""
    return ROOT
