"""Fixtures every test file may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo
from tests.support.sealed import ROOT, sealed_env

# Time limits for single examples measure the machine's other work; in CI a red build must be red again on the next run.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


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


@pytest.fixture
def offline(env: dict[str, str]) -> dict[str, str]:
    """The sealed environment in which pip knows the wheelhouse and nothing else; pre-commit's own pip included."""
    folder = os.environ.get("GITPROV_WHEELHOUSE")
    if not folder:
        pytest.skip("GITPROV_WHEELHOUSE is not set: `make test` fills and names one")
    for name in [name for name in env if name.startswith("PIP_")]:
        del env[name]
    env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return env
