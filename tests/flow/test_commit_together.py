"""Commits at the same moment: every note is there, whoever was faster."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.commits import claims, gate
from tests.support.repo import NOTES_REF, GitRepo


def worktrees(project: GitRepo, place: Path, count: int) -> list[GitRepo]:
    """That many linked worktrees, each on a branch of its own."""
    return [project.add_worktree(place / f"w{n}", "-b", f"b{n}") for n in range(count)]


@pytest.mark.slow
def test_two_at_the_same_moment(project: GitRepo, tmp_path: Path) -> None:
    """Two worktrees commit at once: both notes, both trailers, both inboxes empty."""
    two = worktrees(project, tmp_path, 2)
    for n, repo in enumerate(two):
        Agent(repo, session=f"s{n}").write("a.py", f"a = {n}\n")
        repo.git("add", "-A")
    start = threading.Barrier(2)

    def commit(repo: GitRepo) -> None:
        start.wait()
        repo.git("commit", "-q", "-m", "x")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(commit, two))
    for n, repo in enumerate(two):
        assert claims(repo) == {"a.py": {"ai": "1"}}
        assert gate(repo) == "passed"
        assert len(repo.trailers()) == 1
        assert repo.events(f"w{n}") == []
    assert len(project.generations()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("time", range(3))
def test_eight_worktrees_of_five_commits(project: GitRepo, tmp_path: Path, time: int) -> None:
    """8 processes, 5 commits each: 40 notes of 40, 40 generations, no scratch left; every time."""

    def work(n: int) -> None:
        repo = repos[n]
        agent = Agent(repo, session=f"s{n}")
        for k in range(5):
            agent.prompt(f"prompt {time} {n} {k}").write(
                "a.py", "".join(f"a{n} = {i}\n" for i in range(k + 1))
            )
            repo.git("add", "-A")
            repo.git("commit", "-q", "-m", f"{n} {k}")

    repos = worktrees(project, tmp_path, 8)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    commits = project.git("rev-list", "--branches", "--not", "main").stdout.split()
    assert len(commits) == 40
    noted = {row.split()[1] for row in project.git("notes", f"--ref={NOTES_REF}", "list").stdout.splitlines()}
    assert noted == set(commits)
    assert len(project.generations()) == 40
    for n, repo in enumerate(repos):
        for k in range(5):
            assert claims(repo, f"HEAD~{4 - k}") == {"a.py": {"ai": str(k + 1)}}
        assert repo.events(f"w{n}") == []
        assert not (project.path / f".git/worktrees/w{n}/gitprov/plan.json").exists()
    assert project.git("for-each-ref", "refs/gitprov/scratch").stdout == ""
