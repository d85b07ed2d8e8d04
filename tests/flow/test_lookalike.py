"""Hunks that a noted commit of another branch has as well, lines and context."""

from __future__ import annotations

import pytest

from gitprov.flow.carry import same_hunks
from gitprov.git.repo import Repository
from gitprov.model.notes.note import Note
from tests.flow.test_heal import MODEL, bare, made
from tests.support.agent import Agent
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

__all__ = ["made"]


def staged(repo: GitRepo, where: str = ".") -> dict[str, dict[str, str]]:
    """Trace → path → lines that the index inherits."""
    with Repository.discover(str(repo.path / where), repo.env) as found:
        rows = same_hunks.staged(found, repo.oid()).rows
    note = Note(rows)
    return {
        trace: {
            path: str(claim.lines) for path in note.paths() for claim in note.claims(path) if claim.row is row
        }
        for trace, row in note.traces.items()
    }


@pytest.fixture
def elsewhere(project: GitRepo, agent: Agent, made: str) -> str:
    """A branch beside `main`, which has gone on: a hunk in a file of both, and a file of its own."""
    agent.prompt().write("a.py", "import this\nimport that\n" + MODEL + "tail = 1\n")
    agent.write("sub/own.py", "first = 1\nsecond = 2\n")
    theirs = project.commit("More")
    bare(project, "switch", "-q", "-c", "other", made)
    return theirs


def test_picked_without_a_commit(project: GitRepo, elsewhere: str) -> None:
    """After `cherry-pick -n` the staged hunks of two lines and more are the model's; from a subdirectory too."""
    [trace] = [row["id"] for row in project.traces(elsewhere)]
    bare(project, "cherry-pick", "-n", elsewhere)
    assert staged(project) == {trace: {"a.py": "1-2,7", "sub/own.py": "1-2"}}
    assert staged(project, "sub") == staged(project)


def test_moved_hunk(project: GitRepo, elsewhere: str) -> None:
    """A patch that applies at another place of the file is still that patch, and its lines are counted from there."""
    project.write("a.py", MODEL + "\n" * 9 + "x = 1\n")
    bare(project, "commit", "-q", "-a", "-m", "Longer")
    patch = project.git("diff", f"{elsewhere}~1", elsewhere, "--", "sub").stdout
    project.git("apply", "--index", input=patch)
    assert list(staged(project).values()) == [{"sub/own.py": "1-2"}]


@pytest.mark.usefixtures("elsewhere")
def test_other_context(project: GitRepo) -> None:
    """The same lines in other surroundings are somebody's own."""
    project.write("a.py", "import this\nimport that\n# mine\n" + MODEL)
    project.write("sub/own.py", "first = 1\nsecond = 2\nthird = 3\n")
    bare(project, "add", "-A")
    assert staged(project) == {}


def test_own_history(project: GitRepo, elsewhere: str) -> None:
    """Lines that the branch itself had and deleted are typed again."""
    bare(project, "merge", "-q", elsewhere)
    bare(project, "rm", "-q", "sub/own.py")
    bare(project, "commit", "-q", "-m", "Away")
    project.write("sub/own.py", "first = 1\nsecond = 2\n")
    bare(project, "add", "-A")
    assert staged(project) == {}


@pytest.mark.usefixtures("elsewhere")
def test_nothing_staged(project: GitRepo) -> None:
    """Where nothing is staged nothing is inherited."""
    assert staged(project) == {}
