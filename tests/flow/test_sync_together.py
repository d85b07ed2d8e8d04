"""Clones that share at the same moment: nothing is lost, and nobody has to try again by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from tests.support import sharer
from tests.support.repo import NOTES_REF, GitRepo
from tests.support.sharing import ids, people, value

ROUNDS = 50


def start(repo: GitRepo, name: str, commits: list[str]) -> subprocess.Popen[str]:
    """A person who waits for the word to share."""
    process = subprocess.Popen(
        [sys.executable, str(Path(sharer.__file__)), name],
        cwd=repo.path,
        env=repo.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    tell(process.stdin, " ".join(commits))
    return process


def tell(pipe: IO[str] | None, line: str) -> None:
    """One line, now."""
    assert pipe is not None
    pipe.write(line + "\n")
    pipe.flush()


@pytest.mark.slow
def test_two_clones_push_at_once(tmp_path: Path, env: dict[str, str]) -> None:
    """50 rounds in which both write a note, of the same commit or of another, and share at once: all 100 are there."""
    remote, clones = people(tmp_path, env)
    commits = [clones[0].oid()] + [clones[0].commit_staged(str(n), "--allow-empty") for n in range(6)]
    clones[0].git("push", "-q")
    processes = [start(repo, f"c{n}", commits[n : n + 6]) for n, repo in enumerate(clones)]
    for _ in range(ROUNDS):
        for process in processes:
            tell(process.stdin, "now")
        answers = [process.stdout.readline() for process in processes if process.stdout]
        assert answers == ["done\n", "done\n"]
    for process in processes:
        process.communicate()
    for repo in clones:
        repo.gitprov("sync")
    assert value(remote) == value(clones[0])
    clones[1].gitprov("sync")
    assert value(remote) == value(clones[1])
    found = {name for oid in commits for name in ids(clones[0], oid)}
    assert found == {f"c{n}-{k}" for n in range(2) for k in range(ROUNDS)}
    assert remote.git("fsck", "--no-dangling").returncode == 0
    assert not clones[0].git("for-each-ref", "refs/gitprov/scratch").stdout


@pytest.mark.slow
def test_a_commit_while_sharing(tmp_path: Path, env: dict[str, str]) -> None:
    """Notes written between our look and our write are kept: the ref is compared before it is swapped."""
    remote, (alice, bob) = people(tmp_path, env)
    oid = alice.oid()
    writers = [start(repo, name, [oid]) for name, repo in (("a", alice), ("b", alice), ("c", bob))]
    for _ in range(5):
        for process in writers:
            tell(process.stdin, "now")
        assert [process.stdout.readline() for process in writers if process.stdout] == ["done\n"] * 3
    for process in writers:
        process.communicate()
    for repo in (alice, bob, alice):
        repo.gitprov("sync")
    assert ids(alice) == ids(bob) == {f"{name}-{n}" for name in "abc" for n in range(5)}
    assert value(alice) == value(bob) == value(remote)
    assert NOTES_REF in remote.git("for-each-ref").stdout
