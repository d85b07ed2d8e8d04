"""Heal by itself: after a pull, in a sync and before a push, for what is new and within bounds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitprov.flow.heal import automatic as heal_auto
from gitprov.git.repo import Repository
from tests.flow.test_commit_framework import framed
from tests.flow.test_heal import MODEL, heal
from tests.support.agent import Agent
from tests.support.commits import claims, lines
from tests.support.repo import NOTES_REF, GitRepo

pytestmark = pytest.mark.slow

OFF = ("-c", "core.hooksPath=/dev/null", "-c", "core.logAllRefUpdates=false")
EXTRA = "tail = made(3)\nlast = made(4)\n"


def shared(repo: GitRepo, agent: Agent, tmp_path: Path) -> GitRepo:
    """A server, `repo` with a pushed branch `dev` of a model's two commits, on main; and the server's own work tree."""
    repo.git("branch", "-M", "main")
    hub = GitRepo.init(tmp_path / "hub", repo.env, "--bare")
    repo.git("remote", "add", "origin", str(hub.path))
    repo.git("push", "-q", "-u", "origin", "main")
    repo.git("switch", "-q", "-c", "dev")
    agent.write("a.py", MODEL)
    repo.commit("Add a thing")
    agent.prompt().write("a.py", MODEL + EXTRA)
    repo.commit("Add more")
    repo.git("push", "-q", "origin", "dev")
    repo.git("switch", "-q", "main")
    server = GitRepo(tmp_path / "server", repo.env)
    repo.git("clone", "-q", str(hub.path), str(server.path))
    server.git("checkout", "-q", "-B", "main", "origin/main")
    return server


def squash(server: GitRepo, message: str) -> str:
    """Merge `dev` as one commit, as a server does: no trailer, no hook; the commit."""
    server.tick()
    server.git(*OFF, "merge", "-q", "--squash", "origin/dev")
    server.git(*OFF, "commit", "-q", "-m", message)
    server.git("push", "-q", "origin", "main")
    return server.oid()


def squashed(repo: GitRepo) -> bool:
    """Whether HEAD's note gives all six lines to the model's two traces."""
    return {row["files"]["a.py"]["ai"] for row in repo.traces()} == {"1-4", "5-6"}


@pytest.mark.parametrize("how", [["--ff-only"], ["--rebase"], ["--no-rebase"]])
def test_squash_comes_with_a_pull(project: GitRepo, agent: Agent, tmp_path: Path, how: list[str]) -> None:
    """A branch that the server squashed under a title of its own has its lines after `git pull`, without a command."""
    squash(shared(project, agent, tmp_path), "Things")
    if how != ["--ff-only"]:
        project.write("mine.py", "by = 'hand'\n")
        project.commit("Mine")
    done = project.git("pull", "-q", *how)
    found = project.git("log", "-1", "--format=%H", "--grep=^Things").stdout.strip()
    assert {row["files"]["a.py"]["ai"] for row in project.traces(found)} == {"1-4", "5-6"}
    assert "gitprov heal" not in done.stderr
    assert heal(project)["healed"] == []


def test_pull_that_repeats_no_commit(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """`git pull --rebase` where the server has the only local commit already: git runs no hook at its end."""
    server = shared(project, agent, tmp_path)
    server.write("mine.py", "by = 'hand'\n")
    server.git("add", "-A")
    server.git(*OFF, "commit", "-q", "-m", "The same")
    squash(server, "Things")
    project.write("mine.py", "by = 'hand'\n")
    project.commit("Mine")
    project.git("pull", "-q", "--rebase")
    assert project.oid() == server.oid()
    assert squashed(project)


def test_quiet_sync(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """A quiet sync heals and says nothing of it; another one says it."""
    server = shared(project, agent, tmp_path)
    for message, words in (("Things", ("--quiet",)), ("Others", ())):
        squash(server, message)
        project.git("-c", "core.hooksPath=/dev/null", "pull", "-q", "--ff-only")
        done = project.gitprov("sync", *words)
        assert squashed(project)
        assert ("1 commit has" in done.stderr) == (not words)
        server.git(*OFF, "revert", "--no-edit", "HEAD")
        server.git("push", "-q", "origin", "main")


def test_rebase_by_the_server(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """Commits that a server rebased keep author and date, and have their lines after a pull."""
    server = shared(project, agent, tmp_path)
    server.write("b.py", "by = 'hand'\n")
    server.git("add", "-A")
    server.git(*OFF, "commit", "-q", "-m", "Moved on")
    server.tick()
    server.git(*OFF, "checkout", "-q", "-b", "moved", "origin/dev")
    server.git(*OFF, "rebase", "-q", "main")
    server.git("push", "-q", "origin", "moved:main")
    project.git("pull", "-q", "--ff-only")
    assert claims(project, "HEAD~1") == {"a.py": {"ai": "1-4"}}
    assert claims(project) == {"a.py": {"ai": "5-6"}}


def test_by_hand_in_another_clone(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """One commit with the same change as the branch's only one, made by hand, is nobody's after a pull."""
    server = shared(project, agent, tmp_path)
    project.git("push", "-q", "-f", "origin", "dev~1:dev")
    project.git("branch", "-f", "dev", "dev~1")
    server.tick()
    server.write("a.py", MODEL)
    server.git("add", "-A")
    server.git(*OFF, "commit", "-q", "-m", "By hand")
    server.git("push", "-q", "origin", "main")
    project.git("pull", "-q", "--ff-only")
    assert project.note() == []
    assert heal(project)["healed"] == []


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_under_a_framework(tmp_path: Path, env: dict[str, str], tool: str) -> None:
    """The same where a framework runs the hooks."""
    repo = framed(tmp_path / "r", env, tool)
    squash(shared(repo, Agent(repo), tmp_path), "Things")
    repo.git("pull", "-q", "--ff-only")
    assert squashed(repo)


def test_in_a_sync(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """Where no hook saw the pull, a sync heals, and its notes are sent at once."""
    squash(shared(project, agent, tmp_path), "Things")
    project.git("-c", "core.hooksPath=/dev/null", "pull", "-q", "--ff-only")
    assert project.note() == []
    project.gitprov("sync")
    assert squashed(project)
    assert GitRepo(tmp_path / "hub", project.env).oid(NOTES_REF) == project.oid(NOTES_REF)


@pytest.mark.plain
def test_before_a_push(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """What another program amended has its note when it is pushed."""
    shared(project, agent, tmp_path)
    project.install("--push")
    project.git("switch", "-q", "dev")
    project.tick()
    project.git(
        "-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "--reset-author", "-m", "Other words"
    )
    assert project.note() == []
    project.git("push", "-q", "-f", "origin", "dev")
    assert claims(project) == {"a.py": {"ai": "5-6"}}
    assert GitRepo(tmp_path / "hub", project.env).oid(NOTES_REF) == project.oid(NOTES_REF)


def test_notes_that_come_later(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """A colleague who pulled a squash before its branch's notes has its lines once these come."""
    server = shared(project, agent, tmp_path)
    colleague = project.clone(tmp_path / "colleague")
    colleague.git("remote", "set-url", "origin", str(tmp_path / "hub"))
    colleague.git("fetch", "-q", "origin")
    colleague.install()
    squash(server, "Things")
    colleague.git("pull", "-q", "--ff-only", "origin", "main")
    assert colleague.note() == []
    project.gitprov("sync", "origin")
    colleague.gitprov("sync", "origin")
    assert squashed(colleague)


def test_nothing_new_asks_nothing(
    project: GitRepo, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked at is not looked at again: a second run asks git for its refs and no more."""
    squash(shared(project, agent, tmp_path), "Things")
    project.git("pull", "-q", "--ff-only")
    before = project.oid(NOTES_REF)
    trace = tmp_path / "trace"
    monkeypatch.setitem(project.env, "GIT_TRACE", str(trace))
    project.gitprov("hook", "post-merge", "0")
    asked = [
        line.split("trace: built-in: ")[1] for line in trace.read_text().splitlines() if "built-in" in line
    ]
    assert all(line.startswith(("git rev-parse", "git for-each-ref", "git cat-file")) for line in asked)
    assert project.oid(NOTES_REF) == before


def test_without_notes_no_python(project: GitRepo, tmp_path: Path) -> None:
    """A clone that knows no notes pays nothing: a merge starts no interpreter, and `merge --squash` never does."""
    project.git("switch", "-q", "-c", "other")
    project.write("b.py", "b = 1\n")
    project.commit("Other")
    project.git("switch", "-q", "-")
    ran = tmp_path / "ran"
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n: >'{ran}'\n")
    python.chmod(0o755)
    hook = project.path / ".git/hooks/post-merge"
    hook.write_text(re.sub(r"(?m)^python='.*'$", f"python='{python}'", hook.read_text()))
    project.git("merge", "-q", "--ff-only", "other")
    assert not ran.exists()
    project.git("reset", "-q", "--hard", "HEAD~1")
    (project.path / ".git/gitprov/active").touch()
    project.git("merge", "-q", "--squash", "other")
    assert not ran.exists()
    project.git("reset", "-q", "--hard")
    project.git("merge", "-q", "--ff-only", "other")
    assert ran.exists()
    ran.unlink()
    seen = project.path / ".git/gitprov/heal-seen"
    for rows, starts in (("1" * 40, True), (project.oid("other"), False)):
        seen.write_text(f"{'2' * 40}\n{rows}\n")
        project.git("reset", "-q", "--hard", "HEAD~1")
        project.git("merge", "-q", "--ff-only", "other")
        assert ran.exists() == starts
        ran.unlink(missing_ok=True)
    (project.path / ".git/gitprov/notes-came").touch()
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.git("merge", "-q", "--ff-only", "other")
    assert ran.exists()


def test_bounds(project: GitRepo, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More new commits than the bound are not all looked at, which is told, and no run does more than its time allows."""
    server = shared(project, agent, tmp_path)
    squash(server, "Things")
    for n in range(3):
        server.write("n.txt", lines(n + 1))
        server.git("add", "-A")
        server.git(*OFF, "commit", "-q", "-m", f"N {n}")
    server.git("push", "-q", "origin", "main")
    with Repository.discover(str(project.path), project.env) as repo:
        heal_auto.heal_new(repo)
        project.git("-c", "core.hooksPath=/dev/null", "pull", "-q", "--ff-only")
        monkeypatch.setattr(heal_auto, "MOST", 2)
        assert heal_auto.heal_new(repo) == heal_auto.Looked(0, incomplete=True)
        assert heal_auto.heal_new(repo) == heal_auto.Looked()
    assert len(heal(project)["healed"]) == 1
    with Repository.discover(str(project.path), project.env) as repo:
        (project.path / ".git/gitprov/heal-seen").unlink()
        monkeypatch.setattr(heal_auto, "SECONDS", -1.0)
        assert heal_auto.heal_new(repo).incomplete


def test_as_many_as_the_bound_are_all_looked_at(
    project: GitRepo, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly as many new commits as the bound leave none out; one more does. So do more tips than the bound of tips."""
    agent.write("a.py", lines(1))
    project.git("add", "-A")
    project.commit_staged("Add a")
    count = int(project.git("rev-list", "--count", "HEAD").stdout)
    seen = project.path / ".git/gitprov/heal-seen"
    with Repository.discover(str(project.path), project.env) as repo:
        for most, incomplete in ((count, False), (count - 1, True)):
            seen.unlink(missing_ok=True)
            monkeypatch.setattr(heal_auto, "MOST", most)
            assert heal_auto.heal_new(repo).incomplete is incomplete
        for n in range(3):
            project.git(
                "branch", f"b{n}", project.git("commit-tree", "HEAD^{tree}", "-m", str(n)).stdout.strip()
            )
        monkeypatch.setattr(heal_auto, "_TIPS", 2)
        assert heal_auto.heal_new(repo).incomplete


@pytest.mark.usefixtures("project")
def test_trouble_fails_no_pull(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """A pull succeeds where notes cannot be written, and says why they were not."""
    squash(shared(project, agent, tmp_path), "Things")
    lock = project.path / ".git" / f"{NOTES_REF}.lock"
    lock.write_text("")
    done = project.git("pull", "-q", "--ff-only")
    assert "were not healed" in done.stderr
    lock.unlink()
    assert len(heal(project)["healed"]) == 1
