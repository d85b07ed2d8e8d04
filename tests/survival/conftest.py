"""Templates of the story, made once for each process of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env
from tests.survival.story import make, make_colleague


@pytest.fixture(scope="session")
def own_story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story in the clone where it happened."""
    place = tmp_path_factory.mktemp("story")
    return make(place / "repo", sealed_env(place)).path


@pytest.fixture(scope="session")
def colleagues_story(tmp_path_factory: pytest.TempPathFactory, own_story: Path) -> Path:
    """The story in a clone that has only what sharing brought: no inbox, no archive."""
    place = tmp_path_factory.mktemp("colleague")
    repo = make_colleague(place / "repo", GitRepo(own_story, sealed_env(place)))
    assert not (repo.path / ".git/gitprov/inbox").exists()
    return repo.path
