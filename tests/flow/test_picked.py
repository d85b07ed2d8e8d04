"""`git cherry-pick -n`: git leaves nothing but the message, and that names the commit whose lines come."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.test_commit_framework import framed
from tests.flow.test_heal import heal
from tests.support.agent import Agent
from tests.support.carrying import owners
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

OLD = "alpha = 1\nbeta = 2\ngamma = 3\ndelta = 4\n"
ONE = OLD.replace("beta = 2\n", "beta = 2\nversion = 7\n")
MORE = ONE + "def made(x):\n    first = x + 1\n    return first\n"


def branches(repo: GitRepo, agent: Agent, subject: str = "One line") -> None:
    """A branch `dev` with two commits of a model, of one line and of three, and a `main` (checked out) beside it."""
    repo.write("a.py", OLD)
    repo.commit("Old")
    repo.git("branch", "-M", "main")
    repo.git("checkout", "-q", "-b", "dev")
    agent.write("a.py", ONE)
    repo.commit(subject)
    agent.prompt().write("a.py", MORE)
    repo.commit("Three lines")
    repo.git("checkout", "-q", "main")
    repo.write("z", "z\n")
    repo.commit("Beside")


def of_model(repo: GitRepo) -> list[str]:
    """The lines of a.py that blame gives to a model."""
    return [line for line, owner in owners(repo, "a.py").items() if owner.startswith("ai")]


@pytest.mark.parametrize(
    "commit", [["-m", "Other"], ["--no-edit"], ["--no-verify", "-m", "x"], ["-m", "x", "a.py"]]
)
def test_single_line(project: GitRepo, agent: Agent, commit: list[str]) -> None:
    """A commit of one line is known by its message, whatever the new commit is called."""
    branches(project, agent)
    project.git("cherry-pick", "-n", "dev~1")
    project.git("commit", "-q", *commit)
    assert of_model(project) == ["version = 7"]


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_under_a_framework(tmp_path: Path, env: dict[str, str], tool: str) -> None:
    """The same where a framework runs the hooks."""
    repo = framed(tmp_path / "r", env, tool)
    branches(repo, Agent(repo))
    repo.git("cherry-pick", "-n", "dev~1")
    repo.git("commit", "-q", "-m", "Other")
    assert of_model(repo) == ["version = 7"]


def test_several_and_edited(project: GitRepo, agent: Agent) -> None:
    """Of two commits git keeps the last one's message; a line that somebody changes then is nobody's."""
    branches(project, agent)
    project.git("cherry-pick", "-n", "dev~1", "dev")
    project.write("a.py", MORE.replace("first = x + 1", "quite = another(thing)"))
    project.git("commit", "-q", "-a", "-m", "Other")
    assert of_model(project) == ["version = 7", "def made(x):", "    return first"]


def test_conflict(project: GitRepo, agent: Agent) -> None:
    """What git writes about conflicts below the message is no part of it."""
    branches(project, agent)
    project.write("a.py", OLD.replace("gamma = 3", "gamma = 33"))
    project.commit("In the way")
    assert project.git("cherry-pick", "-n", "dev~1", check=False).returncode
    assert "Conflicts:" in (project.path / ".git/MERGE_MSG").read_text()
    project.write("a.py", ONE.replace("gamma = 3", "gamma = 33"))
    project.git("commit", "-q", "-a", "-m", "Other")
    assert of_model(project) == ["version = 7"]


def test_with_the_id_in_the_message(project: GitRepo, agent: Agent) -> None:
    """`cherry-pick -n -x` names the commit by its id."""
    branches(project, agent)
    project.git("cherry-pick", "-n", "-x", "dev~1")
    project.git("commit", "-q", "-m", "Other")
    assert of_model(project) == ["version = 7"]


def test_messages_that_are_the_same(project: GitRepo, agent: Agent) -> None:
    """Of several commits with one message it is that whose hunk is staged."""
    # Without trailers, as in a project that wants none, the messages do not differ.
    project.write(".gitprov.toml", 'trailers = ["none"]\n')
    branches(project, agent, subject="Fix")
    project.git("checkout", "-q", "-b", "more", "main")
    Agent(project, session="s2").write("b.py", "second = 2\n")
    project.commit("Fix")
    project.git("checkout", "-q", "main")
    project.git("cherry-pick", "-n", "dev~1")
    project.git("commit", "-q", "-m", "Other")
    assert owners(project, "a.py")["version = 7"] == "ai s1"


def test_from_its_own_history(project: GitRepo, agent: Agent) -> None:
    """A commit that was reverted may be picked again."""
    branches(project, agent)
    project.git("merge", "-q", "--no-edit", "dev")
    project.git("revert", "--no-edit", "-m", "1", "HEAD")
    project.git("cherry-pick", "-n", "dev~1")
    project.git("commit", "-q", "-m", "Other")
    assert of_model(project) == ["version = 7"]


@pytest.mark.parametrize("how", ["typed", "applied"])
def test_without_a_sign(project: GitRepo, agent: Agent, how: str) -> None:
    """Who types the same lines, or applies a patch of them, leaves nothing that says so: `unknown`, after heal as well."""
    branches(project, agent)
    if how == "typed":
        project.write("a.py", MORE)
        project.git("add", "a.py")
    else:
        project.git("apply", "--index", input=project.git("diff", "main...dev").stdout)
    project.git("commit", "-q", "-m", "By hand")
    assert of_model(project) == []
    assert heal(project)["healed"] == []


def test_message_of_nobody(project: GitRepo, agent: Agent) -> None:
    """A message that no commit has is no sign, though lines are the same: a program may have left the file."""
    branches(project, agent)
    project.write("a.py", MORE)
    project.git("add", "a.py")
    (project.path / ".git/MERGE_MSG").write_text("Something else\n")
    project.git("commit", "-q", "-m", "By hand")
    assert of_model(project) == []
