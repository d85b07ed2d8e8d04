"""Claude Code's transcripts: what hooks report and what a sweep finds is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.repo import GitRepo
from tests.sweep.stories import Session, copy_of, facts

BASE = "".join(f"line {n}\n" for n in range(1, 9))


@pytest.fixture
def started(project: GitRepo) -> GitRepo:
    """A repository with a file of eight lines."""
    project.write("app.py", BASE)
    project.commit("Start the application")
    return project


def tell(repo: GitRepo, hooks: bool) -> list[str]:
    """A history with every kind of edit; the ids of its commits."""
    claude, other = Session(repo, hooks), Session(repo, hooks, "5e55-2")
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\nprint('you')\n")
    claude.edit("app.py", "line 2\n", "line two\nline two and a half\n")
    claude.edit("app.py", "line two and a half\n", "line 2.5\n")
    claude.multi_edit("app.py", [("line 5\n", "line five\n"), ("line 6\n", "")])
    claude.fail_edit("app.py", "nowhere", "else")
    claude.stop()
    repo.write("hello.py", "print('hello')\nprint('You, dear')\n# by hand\n")
    commits = [repo.commit("First")]
    claude.prompt("more")
    claude.edit("app.py", "line 8\n", "line eight\n")
    claude.stop()
    claude.prompt("and more")
    claude.edit("app.py", "line eight\n", "line eight\nline nine\n")
    with claude.subagent("write a test"):
        claude.write_file("test_app.py", "def test():\n    assert True\n")
    claude.stop()
    other.prompt("from another window")
    other.edit("app.py", "line 1\n", "line one\n")
    other.write_file("shown.py", "x = 1\n", accepted="x = 2  # better\n")
    other.stop()
    return [*commits, repo.commit("Second")]


@pytest.mark.slow
def test_a_sweep_finds_what_hooks_report(started: GitRepo, tmp_path: Path) -> None:
    """Hooks alone and transcripts alone give the same notes but for `evidence`; both count an edit once."""
    alone, both = copy_of(started, tmp_path / "swept"), copy_of(started, tmp_path / "both")
    live = tell(started, True)
    assert [len(started.traces(oid)) for oid in live] == [1, 4]
    for repo, evidence in ((alone, "swept"), (both, "captured")):
        for mine, other in zip(live, tell(repo, repo is both), strict=True):
            assert facts(repo, other) == facts(started, mine)
            assert {row["evidence"] for row in repo.traces(other)} == {evidence}
        assert not (repo.inbox() / "log").exists()
    assert json.loads(alone.gitprov("sweep", "--json").stdout)["events"] == 0
