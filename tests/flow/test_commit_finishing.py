"""Edits that an agent reports while git finishes a commit: they belong to the next one, and message and note agree."""

from __future__ import annotations

import json

import pytest

from tests.support.agent import Agent
from tests.support.commits import before_hook, claims, editor, gate
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

BASE = "base = 0\n"
ONE = BASE + "one = 1\n"
TWO = ONE + "two = 2\n"
PLACES = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "editor")


def report(repo: GitRepo, before: str, after: str, turn: str = "t1", stage: bool = False) -> str:
    """A shell script that writes a.py once and reports it as a model's edit."""
    facts = {"agent": "my-tool", "session": "s1", "model": "model-1", "turn": turn}
    texts = {"prompt": "do it", "output": "output of turn 1"} if turn == "t1" else {"prompt": "more"}
    row = {"v": 1, "type": "ai", "path": "a.py", "before": before, "after": after, **facts, **texts}
    folder = repo.path.parent
    (folder / "report.json").write_text(json.dumps(row))
    (folder / "after").write_text(after)
    return f"""if [ ! -e {folder}/done ]; then
    : >{folder}/done
    cat {folder}/after >a.py
    gitprov capture generic <{folder}/report.json
    {"git add a.py" if stage else ":"}
fi"""


def at(repo: GitRepo, place: str, script: str) -> list[str]:
    """Let a script run at one place of the next commit; the arguments that the commit then needs."""
    if place != "editor":
        before_hook(repo, place, script)
        return []
    editor(repo, script)
    return ["-e"]


def agree(repo: GitRepo) -> set[str]:
    """The traces of the last commit, which its message and its note name alike."""
    noted = {row["id"] for row in repo.traces()}
    assert {value for key, value in repo.trailers() if key == "AI-Trace"} == noted
    repo.gitprov("verify")
    return noted


@pytest.fixture
def based(project: GitRepo) -> GitRepo:
    """A project with a file that people wrote."""
    project.write("a.py", BASE)
    project.commit("Base")
    return project


@pytest.mark.parametrize("turn", ["t1", "t2"])
@pytest.mark.parametrize("place", PLACES[1:])
def test_an_edit_that_is_not_staged(based: GitRepo, agent: Agent, place: str, turn: str) -> None:
    """One more edit of a staged file, of the same turn or another: the next commit has it, this one is as it was."""
    agent.write("a.py", ONE)
    based.git("add", "a.py")
    args = at(based, place, report(based, ONE, TWO, turn))
    based.commit_staged("One", *args)
    first = agree(based)
    assert claims(based) == {"a.py": {"ai": "2"}}
    assert gate(based) == "passed"
    based.commit("Two")
    assert agree(based).isdisjoint(first)
    assert claims(based) == {"a.py": {"ai": "3"}}
    assert based.events() == []


@pytest.mark.parametrize("place", PLACES)
def test_an_edit_of_the_very_text(based: GitRepo, place: str) -> None:
    """The agent reports late what somebody has staged already: a line without trailer is not claimed."""
    based.write("a.py", ONE)
    based.git("add", "a.py")
    args = at(based, place, report(based, BASE, ONE))
    based.commit_staged("One", *args)
    known = place in ("pre-commit", "prepare-commit-msg")
    assert len(agree(based)) == known
    assert based.classes("a.py") == ["unknown", "ai" if known else "unknown"]
    assert len(based.events()) == (not known)
    based.write("a.py", TWO)
    based.commit("Two")
    assert agree(based) == set()


@pytest.mark.parametrize("known", [True, False], ids=["evidence", "no-evidence"])
@pytest.mark.parametrize("place", PLACES[2:])
def test_an_edit_that_is_staged(based: GitRepo, agent: Agent, place: str, known: bool) -> None:
    """The agent stages what it wrote. Git has fixed the commit before it asks for a message, so the next one has it."""
    if known:
        agent.write("a.py", ONE)
    else:
        based.write("a.py", ONE)
    based.git("add", "a.py")
    args = at(based, place, report(based, ONE, TWO, "t2", stage=True))
    based.commit_staged("One", *args)
    assert len(agree(based)) == known
    assert claims(based) == ({"a.py": {"ai": "2"}} if known else {})
    assert based.git("show", "HEAD:a.py").stdout == ONE
    based.commit("Two")
    assert len(agree(based)) == 1
    assert claims(based) == {"a.py": {"ai": "3"}}


def test_everything_of_a_work_tree(based: GitRepo, agent: Agent) -> None:
    """`git commit -a` commits an index of its own; what comes while the editor is open is left alone."""
    agent.write("a.py", ONE)
    args = at(based, "editor", report(based, ONE, TWO))
    based.commit_staged("One", "-a", *args)
    assert len(agree(based)) == 1
    assert claims(based) == {"a.py": {"ai": "2"}}
    based.commit_staged("Two", "-a")
    assert len(agree(based)) == 1


def test_an_amendment(based: GitRepo, agent: Agent) -> None:
    """An edit that comes while a commit is amended is no part of it."""
    agent.write("a.py", ONE)
    based.commit("One")
    first = agree(based)
    args = at(based, "editor", report(based, ONE, TWO, "t2", stage=True))
    based.commit_staged("One again", "--amend", *args)
    assert agree(based) == first
    based.commit_staged("Two")
    assert claims(based) == {"a.py": {"ai": "3"}}


@pytest.mark.parametrize("place", PLACES)
def test_no_gate(based: GitRepo, agent: Agent, place: str) -> None:
    """With `--no-verify` the trailers are those that prepare-commit-msg wrote."""
    agent.write("a.py", ONE)
    based.git("add", "a.py")
    args = at(based, place, report(based, ONE, TWO))
    based.commit_staged("One", "--no-verify", *args)
    assert len(agree(based)) == 1
    assert claims(based) == {"a.py": {"ai": "2"}}
    assert gate(based) == "bypassed"


def test_a_plan_that_does_not_fit(based: GitRepo, agent: Agent) -> None:
    """Where the plan is lost, the one that is made instead takes no evidence that the message does not name."""
    agent.write("a.py", ONE)
    based.git("add", "a.py")
    script = "rm -f .git/gitprov/plan.blobs\n" + report(based, ONE, TWO)
    at(based, "post-commit", script)
    based.commit_staged("One")
    assert len(agree(based)) == 1
    assert claims(based) == {"a.py": {"ai": "2"}}
    based.commit("Two")
    assert len(agree(based)) == 1
    assert claims(based) == {"a.py": {"ai": "3"}}
