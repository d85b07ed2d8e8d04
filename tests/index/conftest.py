"""A repository with some weeks of history by five agents, and a PostgreSQL server of the machine."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import year
from gitprov.git.repo import Repository
from gitprov.store.index.database import Database, open_url
from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env


@pytest.fixture(scope="session")
def year_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty commits of a year; tests take copies."""
    place = tmp_path_factory.mktemp("year") / "repo"
    year.build(place, seed=3, commits=40, lines=8)
    return place


@pytest.fixture
def year_repo(tmp_path: Path, env: dict[str, str], year_template: Path) -> GitRepo:
    """A copy of the year."""
    shutil.copytree(year_template, tmp_path / "year", symlinks=True)
    return GitRepo(tmp_path / "year", env)


@pytest.fixture
def memory() -> Iterator[Database]:
    """An empty index in memory."""
    base = open_url("sqlite://")
    yield base
    base.close()


def opened(repo: GitRepo) -> Repository:
    """The repository as the product opens it."""
    return Repository.discover(str(repo.path), repo.env)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database of an own server, which listens on a socket only; skips without a server."""
    commands = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    directory = str(commands[-1].parent) if commands else os.path.dirname(shutil.which("initdb") or "")
    if not directory:
        pytest.skip("no PostgreSQL server is installed")
    user = None
    place = Path(tempfile.mkdtemp(prefix="gp", dir="/tmp"))
    if os.geteuid() == 0:
        users = [entry.pw_name for entry in pwd.getpwall() if entry.pw_name in ("postgres", "nobody")]
        user = users[-1] if users else pytest.skip("PostgreSQL does not run as root")
        shutil.chown(place, user)
    env = sealed_env(tmp_path_factory.mktemp("server"))

    def run(*args: str) -> None:
        subprocess.run(args, user=user, cwd=place, env=env, check=True, stdout=subprocess.DEVNULL)

    run(
        f"{directory}/initdb",
        "-D",
        f"{place}/data",
        "-U",
        "gitprov",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    )
    options = f"-k {place} -c listen_addresses='' -c fsync=off"
    run(f"{directory}/pg_ctl", "-D", f"{place}/data", "-o", options, "-l", f"{place}/log", "-w", "start")
    try:
        yield f"postgresql:///postgres?host={place}&user=gitprov"
    finally:
        run(f"{directory}/pg_ctl", "-D", f"{place}/data", "-m", "immediate", "stop")
        shutil.rmtree(place)
