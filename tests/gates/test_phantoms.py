"""Names that a check found absent are remembered, shared by sync, and reported once they exist."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gates.test_deps import answer, rows
from tests.support.agent import Agent
from tests.support.registry import LoopbackRegistry, Reply, running
from tests.support.repo import GitRepo
from tests.support.sharing import people, value

REF = "refs/gitprov/phantoms"


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A registry on loopback with one package."""
    with running() as loopback:
        loopback.pypi("requests")
        yield loopback


def names(repo: GitRepo) -> list[str]:
    """The ecosystem and name of each line of the memory."""
    text = repo.git("show", f"{REF}:names", check=False).stdout
    return [row.rpartition(" ")[0] for row in text.splitlines()]


def forget_answers(repo: GitRepo) -> None:
    """Remove the cache of registries' answers."""
    shutil.rmtree(Path(repo.env["XDG_CACHE_HOME"]) / "gitprov")


@pytest.mark.slow
def test_a_name_that_appears_later(repo: GitRepo, server: LoopbackRegistry) -> None:
    """It is reported, and the check itself wrote the memory. A second run writes nothing."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.install()
    Agent(repo).write("requirements.txt", "requests\npyjokes\n")
    repo.git("add", ".")
    assert rows(answer(repo, "--staged", status=1)) == [("deps/nonexistent", "requirements.txt", 2)]
    assert names(repo) == ["pypi pyjokes"]
    tip = value(repo, REF)
    forget_answers(repo)
    answer(repo, "--staged", status=1)
    assert value(repo, REF) == tip
    server.pypi("pyjokes")
    forget_answers(repo)
    assert ("deps/resurrected", "requirements.txt", 2) in rows(answer(repo, "--staged", status=1))
    assert names(repo) == ["pypi pyjokes"]


def test_only_a_registry_s_answer_is_remembered(repo: GitRepo, server: LoopbackRegistry) -> None:
    """Neither a failure nor a missing answer without the network is one."""
    repo.env["PIP_INDEX_URL"] = f"{server.address}/simple"
    repo.install()
    server.add("/simple/dark/", Reply(401))
    Agent(repo).write("requirements.txt", "dark\n")
    repo.git("add", ".")
    answer(repo, "--staged")
    Agent(repo).write("requirements.txt", "dark\nno-such-x\n")
    repo.git("add", ".")
    answer(repo, "--staged", "--offline")
    assert value(repo, REF) is None


def remember(repo: GitRepo, text: str) -> None:
    """Add lines to the memory as another gitprov would write them."""
    before = repo.git("show", f"{REF}:names", check=False).stdout
    merged = "".join(f"{row}\n" for row in sorted({*before.splitlines(), *text.splitlines()}))
    blob = repo.git("hash-object", "-w", "--stdin", input=merged).stdout.strip()
    tree = repo.git("mktree", input=f"100644 blob {blob}\tnames\n").stdout.strip()
    tip = value(repo, REF)
    commit = repo.git("commit-tree", tree, "-m", "x", *(("-p", tip) if tip else ())).stdout.strip()
    repo.git("update-ref", REF, commit)


def test_sync_unites(tmp_path: Path, env: dict[str, str]) -> None:
    """Both clones end with all names, the earliest day of each, and the same commit."""
    remote, (alice, bob) = people(tmp_path, env)
    remember(alice, "pypi a 2026-01-02\nnpm b 2026-01-01\n")
    remember(bob, "pypi a 2026-01-01\ncrates c 2026-01-01\n")
    assert "phantoms: 2 went" in alice.gitprov("sync").stdout
    assert "phantoms: 1 came, 2 went" in bob.gitprov("sync").stdout
    assert "phantoms: 2 came" in alice.gitprov("sync").stdout
    assert value(alice, REF) == value(bob, REF) == value(remote, REF)
    text = "crates c 2026-01-01\nnpm b 2026-01-01\npypi a 2026-01-01\n"
    assert alice.git("show", f"{REF}:names").stdout == text
    assert "phantoms" not in bob.gitprov("sync").stdout


def test_one_side_alone_and_fast_forwards(tmp_path: Path, env: dict[str, str]) -> None:
    """A clone without names takes the remote's; names on top of it go without a merge."""
    _, (alice, bob) = people(tmp_path, env)
    remember(alice, "pypi a 2026-01-02\n")
    alice.gitprov("sync")
    bob.gitprov("sync")
    remember(bob, "pypi b 2026-01-02\n")
    tip = value(bob, REF)
    bob.gitprov("sync")
    alice.gitprov("sync")
    assert value(alice, REF) == tip == value(bob, REF)


def test_a_remote_that_refuses_names_stops_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    """Notes are shared nevertheless."""
    remote, (alice, _) = people(tmp_path, env)
    hook = remote.path / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/gitprov/*) echo no; exit 1;; esac\n')
    hook.chmod(0o755)
    remember(alice, "pypi a 2026-01-02\n")
    assert alice.gitprov("sync").returncode == 0
    assert value(remote, REF) is None
