"""Fixtures every test file may ask for."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import settings

from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.forks import Forks, plain_programs
from tests.support.repo import GitRepo
from tests.support.sealed import ROOT, sealed_env

# Time limits for single examples measure the machine's other work; in CI a red build must be red again on the next run.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session", autouse=True)
def untraced_threads() -> None:
    """Coverage measures the main thread alone.

    Where two threads start at once, Python 3.11 refuses the trace function of one ("Cannot install a trace
    function while another trace function is being installed") and the thread ends before it did its work.
    """
    threading.settrace(None)  # removes the function


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A sealed environment; see tests/support/sealed.py."""
    return sealed_env(tmp_path)


@pytest.fixture
def repo(tmp_path: Path, env: dict[str, str]) -> GitRepo:
    """An empty repository on branch main, without hooks."""
    return GitRepo.init(tmp_path / "repo", env)


@pytest.fixture(scope="session")
def hooked_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit and the native hooks; the hooks know no path of it, so a copy is as good."""
    place = tmp_path_factory.mktemp("template")
    repo = GitRepo.init(place / "repo", sealed_env(place), "--template=")
    repo.write("README", "a project\n")
    repo.commit("Start")
    repo.install()
    return repo.path


@pytest.fixture
def project(
    request: pytest.FixtureRequest, tmp_path: Path, env: dict[str, str], hooked_template: Path
) -> GitRepo:
    """A repository with one commit and the native hooks in place; `forked` ones where the test asks for that."""
    shutil.copytree(hooked_template, tmp_path / "repo", symlinks=True, dirs_exist_ok=True)
    forks = request.getfixturevalue("forked") if "forked" in request.fixturenames else None
    if forks is not None:
        forks.hook(tmp_path / "repo/.git/hooks")
    repo = GitRepo(tmp_path / "repo", env)
    repo.tick()
    return repo


@pytest.fixture
def hooked(repo: GitRepo, project: GitRepo) -> GitRepo:
    """The same, for tests that ask for `repo` too: it is that one."""
    assert repo.path == project.path
    return repo


@pytest.fixture
def agent(project: GitRepo) -> Agent:
    """A tool that reports what a model does in `project`."""
    return Agent(project)


@pytest.fixture
def claude(repo: GitRepo) -> ClaudeSession:
    """A Claude Code session in `repo` (the same one as `hooked`, where a test asks for both)."""
    return ClaudeSession(repo)


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """One Python that has imported gitprov; its forks are gitprov's commands, hooks and `struck` (tests/support/fatal.py)."""
    forks = Forks(tmp_path_factory.mktemp("forks"), commands=True)
    yield forks
    forks.close()


@pytest.fixture(scope="session")
def plain_commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same commands, each a Python of its own."""
    return plain_programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def forked(request: pytest.FixtureRequest, env: dict[str, str]) -> Forks | None:
    """Commands of this test, and hooks of its `project`, are forks of one Python (docs: CONTRIBUTING.md, "Tests").

    None, and commands and hooks that start a Python each, in a test marked `plain`, with GITPROV_PLAIN set, and on systems
    without /proc.
    """
    if request.node.get_closest_marker("plain"):
        return None
    is_possible = Forks.possible() and not os.environ.get("GITPROV_PLAIN")
    forks = cast("Forks", request.getfixturevalue("forks")) if is_possible else None
    programs = forks.bin if forks is not None else request.getfixturevalue("plain_commands")
    env["PATH"] = f"{programs}{os.pathsep}{env['PATH']}"
    return forks


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
