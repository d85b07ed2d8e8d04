"""`kill -9` of the hooks before a commit, and what makes a killed post-commit good (tests/faults has the rest)."""

from __future__ import annotations

import shutil
import signal
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.commits import claims, lines, stage
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run

pytestmark = pytest.mark.usefixtures("forked")

TEN = lines(10)
PLAN = ("plan.json", "plan.blobs", "ticket")


def killed(repo: GitRepo, n: int, *args: str, told: str = "") -> bool:
    """Run a hook that dies before its n-th change; False if it has fewer and so came to its end."""
    words = ["struck", str(n), *args]
    done = run(words, cwd=repo.path, env=repo.env, check=False, stdin=told)
    assert done.returncode in (0, -signal.SIGKILL), done
    return done.returncode != 0


def copy(repo: GitRepo, name: str) -> GitRepo:
    """The same repository elsewhere."""
    place = repo.path.parent / name
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(repo.path, place, symlinks=True)
    return GitRepo(place, repo.env)


def tree(repo: GitRepo, ref: str) -> str:
    """All that a ref holds."""
    return repo.git("ls-tree", "-r", ref, check=False).stdout


def state(repo: GitRepo) -> dict[str, Any]:
    """Everything that a commit leaves behind."""
    inbox = repo.inbox()
    repo.events()  # retires what a sealed commit used
    files = [path for room in ("events", "spent", "archive") for path in sorted((inbox / room).glob("*"))]
    used = sorted(inbox.glob("sessions/*/used-*"))
    return {
        "head": repo.oid(),
        "notes": tree(repo, NOTES_REF),
        "generations": tree(repo, GENERATIONS_REF),
        "inbox": {str(path.relative_to(inbox)): path.read_bytes() for path in [*files, *used]},
        "plan": [path.name for path in (repo.path / ".git/gitprov").iterdir() if path.name in PLAN],
    }


def on_disk(repo: GitRepo) -> dict[str, bytes]:
    """All that a hook may have changed so far; a death that left the same as the one before needs no second look."""
    rooms = [repo.path / ".git" / name for name in ("gitprov", "refs", "logs")]
    files = [path for room in rooms for path in room.rglob("*") if path.is_file()]
    return {str(path.relative_to(repo.path)): path.read_bytes() for path in files}


@pytest.fixture
def half_staged(project: GitRepo, agent: Agent) -> GitRepo:
    """Two turns, one file whole and one in half."""
    agent.prompt("one").write("a.py", TEN)
    agent.prompt("two").write("b.py", TEN)
    project.git("add", "a.py")
    stage(project, "b.py", "".join(TEN.splitlines(keepends=True)[:5]))
    return project


@pytest.mark.slow
@pytest.mark.parametrize("recovery", ["commit", "--no-verify", "amend", "doctor"])
def test_what_recovers_post_commit(half_staged: GitRepo, recovery: str) -> None:
    """A killed post-commit is made good by whatever comes next, and the lines are claimed once."""
    hook = half_staged.path / ".git/hooks/post-commit"
    text = hook.read_text()
    hook.write_text("#!/bin/sh\nkill -9 $$\n")
    first = half_staged.commit_staged("One")
    hook.write_text(text)
    if recovery == "doctor":
        half_staged.gitprov("status")
        assert claims(half_staged, first) == {"a.py": {"ai": "1-10"}, "b.py": {"ai": "1-5"}}
        return
    args = {"commit": [], "--no-verify": ["--no-verify"], "amend": ["--amend"]}[recovery]
    half_staged.git("commit", "-q", "-a", "-m", "Two", *args)
    if recovery == "amend":
        assert claims(half_staged) == {"a.py": {"ai": "1-10"}, "b.py": {"ai": "1-10"}}
    else:
        assert claims(half_staged, first) == {"a.py": {"ai": "1-10"}, "b.py": {"ai": "1-5"}}
        assert claims(half_staged) == {"b.py": {"ai": "6-10"}}
    assert half_staged.events() == []
    assert len(half_staged.generations()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_earlier_hooks(half_staged: GitRepo, hook: str) -> None:
    """However far a hook before the commit came, the next attempt makes the very same commit and note."""
    half_staged.tick()
    whole = copy(half_staged, "whole")
    whole.git("commit", "-q", "-m", "One")
    wanted = state(whole)
    if hook != "pre-commit":
        half_staged.gitprov("hook", "pre-commit")
    args = [] if hook == "pre-commit" else ["message"]
    n, seen = 1, on_disk(half_staged)
    while True:
        repo = copy(half_staged, "killed")
        repo.write("message", "One\n")
        if not killed(repo, n, hook, *args):
            break
        n += 1
        if on_disk(repo) == seen:
            continue
        seen = on_disk(repo)
        (repo.path / "message").unlink()
        repo.git("commit", "-q", "-m", "One")
        assert state(repo) == wanted, f"killed before change {n - 1}"
    assert n > 4


def rebased(repo: GitRepo, agent: Agent) -> GitRepo:
    """A branch of two commits of a model, rebased while no hook heard of it; `.git/told` has git's pairs."""
    repo.write("a.py", "base = 1\n")
    repo.commit("Base")
    agent.prompt("one").write("a.py", "base = 1\n" + TEN)
    repo.commit("One")
    agent.prompt("two").write("b.py", TEN)
    repo.commit("Two")
    repo.git("switch", "-q", "-c", "upstream", "HEAD~2")
    repo.write("a.py", "above = 0\nbase = 1\n")
    repo.commit("Upstream")
    repo.git("switch", "-q", "main")
    hook = repo.path / ".git/hooks/post-rewrite"
    hook.write_text("#!/bin/sh\ncat >.git/told\n")
    repo.git("rebase", "-q", "upstream")
    return repo


@pytest.mark.slow
def test_post_rewrite(project: GitRepo, agent: Agent) -> None:
    """However far post-rewrite came, the next command that looks finishes it: notes are those of an undisturbed run."""
    place = rebased(project, agent)
    told = (place.path / ".git/told").read_text()
    whole = copy(place, "whole")
    whole.gitprov("hook", "post-rewrite", "rebase", input=told)
    wanted = tree(whole, NOTES_REF)
    assert claims(whole, "HEAD") == {"b.py": {"ai": "1-10"}}
    assert claims(whole, "HEAD~1") == {"a.py": {"ai": "3-12"}}
    deaths = 0
    for n in range(1, 60):
        again = copy(place, "again")
        if not killed(again, n, "post-rewrite", "rebase", told=told):
            break
        deaths += 1
        begun = (again.path / ".git/gitprov/rewritten").exists() or tree(again, NOTES_REF) == wanted
        assert begun or n <= 9, f"death {n}: the pairs are to be kept before anything else is done"
        again.gitprov("status")
        assert (tree(again, NOTES_REF) == wanted) == begun, n
        assert not (again.path / ".git/gitprov/rewritten").exists()
    assert deaths > 5
