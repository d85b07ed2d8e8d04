"""Carrying where git is bent: damaged state, odd repositories, work that was begun and thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.carrying import AI, BASE, base, branch, is_models, owners
from tests.support.commits import gate
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow


def test_discard_and_moved_file(project: GitRepo, agent: Agent) -> None:
    """A file that git does not know is not thrown away with another one, even if it has another name by now."""
    base(project)
    agent.write("new.py", AI + "third = 3\n")
    (project.path / "new.py").rename(project.path / "lib.py")
    project.write("a.py", "dirt\n")
    project.git("checkout", "-q", "--", "a.py")
    project.commit("Lib")
    assert is_models(project, "lib.py")


def test_soft_reset_twice(project: GitRepo, agent: Agent) -> None:
    """Going back to a commit and resetting it softly again keeps its lines again."""
    base(project)
    agent.write("a.py", BASE + AI)
    first = project.commit("Model's")
    project.git("reset", "-q", "--soft", "HEAD~1")
    project.commit("Again")
    project.git("reset", "-q", "--hard", first)
    project.git("reset", "-q", "--soft", "HEAD~1")
    project.commit("And again")
    assert is_models(project, "a.py")


@pytest.mark.parametrize("how", ["checkout -q -b new", "branch -m new", "switch -q old", "switch -q -c new"])
def test_soft_reset_and_another_branch(project: GitRepo, agent: Agent, how: str) -> None:
    """Whoever takes a commit back and makes it again on another branch has its lines there."""
    base(project)
    project.git("branch", "old")
    agent.write("a.py", BASE + AI)
    project.commit("Model's")
    project.git("reset", "-q", "--soft", "HEAD~1")
    project.git(*how.split())
    project.commit("Again")
    assert is_models(project, "a.py")


@pytest.mark.parametrize("how", ["reset -q --hard", "checkout -q -- b.py"])
def test_part_kept_rest_thrown_away(project: GitRepo, agent: Agent, how: str) -> None:
    """A reset whose files were committed in part and then thrown away gives nothing to what somebody types later."""
    project.write("b.py", "b\n")
    base(project)
    agent.write("a.py", BASE + AI)
    agent.write("b.py", "b\n" + AI)
    project.commit("Both")
    project.git("reset", "-q", "HEAD~1")
    project.git("commit", "-q", "-m", "Part", "a.py")
    assert is_models(project, "a.py")
    project.git(*how.split())
    project.write("b.py", "b\ndef parse(text):\n    return 0\n")
    project.commit("By hand")
    assert owners(project, "b.py")["def parse(text):"] == "unknown"


@pytest.mark.parametrize("how", ["squash", "soft", "fixup", "picks"])
def test_indented_on_the_way(project: GitRepo, agent: Agent, how: str) -> None:
    """A commit that only indented a model's lines does not take them from it when both become one commit."""
    branch(project, agent)
    project.git("checkout", "-q", "ai")
    project.write("a.py", BASE + "".join("    " + line for line in AI.splitlines(keepends=True)))
    project.commit("Indent")
    if how == "squash":
        project.git("checkout", "-q", "main")
        project.git("merge", "-q", "--squash", "ai")
        project.commit_staged("Squashed")
    elif how == "soft":
        project.git("reset", "-q", "--soft", "HEAD~2")
        project.commit_staged("Once")
    elif how == "fixup":
        project.env["GIT_SEQUENCE_EDITOR"] = "sed -i 2s/^pick/fixup/"
        project.git("rebase", "-q", "-i", "main")
    else:
        project.git("checkout", "-q", "main")
        project.git("cherry-pick", "main..ai")
    said = owners(project, "a.py")
    assert said["    def parse(text):"] == said["        return text.split()"] == "ai s1"


@pytest.mark.parametrize("verb", ["squash", "fixup"])
def test_reworded_on_the_way(project: GitRepo, agent: Agent, verb: str) -> None:
    """Commits that a rebase joins keep what each said of its lines, though a part of the evidence still waits."""

    def content(*around: str) -> str:
        first, middle, last = around
        return f"{first}\none two three four five six\n{middle}\n{last}\n"

    agent.write("a.py", content("first of the model", "seven eight nine ten eleven", "last of the model"))
    project.write("a.py", content("her words", "seven eight nine ten eleven", "nobody knows"))
    project.commit("Model")
    more = "new line\n" + project.read("a.py")
    agent.prompt().write("a.py", more)
    project.write("a.py", more.replace("nine", "nine_again"))
    project.commit("Both")
    before = project.classes("a.py")
    assert before == ["ai", "unknown", "ai", "unknown", "unknown"]
    project.env |= {"GIT_SEQUENCE_EDITOR": f"sed -i 2s/^pick/{verb}/", "GIT_EDITOR": "true"}
    project.git("rebase", "-q", "-i", "HEAD~2")
    assert project.classes("a.py") == before


def test_shallow_amend(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """The oldest commit of a shallow clone is amended, with evidence, though its parent is not there."""
    branch(project, agent)
    project.git("clone", "-q", "--depth=1", f"file://{project.path}", str(tmp_path / "shallow"))
    clone = GitRepo(tmp_path / "shallow", project.env)
    clone.install()
    Agent(clone, session="s9").write("other", "x\n" + AI)
    clone.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert is_models(clone, "other", AI, "s9")
    assert gate(clone) == "passed"


def test_two_squashes(project: GitRepo, agent: Agent) -> None:
    """Two branches squashed into one commit both have their lines in it."""
    branch(project, agent)
    project.git("checkout", "-q", "-b", "more")
    Agent(project, session="s2").write("b.py", AI)
    project.commit("Model's too")
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "--squash", "ai")
    project.git("merge", "-q", "--squash", "more")
    project.commit_staged("Both")
    assert is_models(project, "a.py")
    assert is_models(project, "b.py", AI, "s2")


@pytest.mark.parametrize("subject", ["Fix\u2028lines"])
def test_exec_amends_odd_subject(project: GitRepo, agent: Agent, subject: str) -> None:
    """A rebase whose command amends each commit is followed whatever the commits are called."""
    branch(project, agent)
    project.git("checkout", "-q", "ai")
    agent.prompt().write("b.py", "value = 1\nother = 2\n")
    project.commit(subject)
    command = "echo e >>e; git add e; git commit -q --amend --no-edit"
    project.git("rebase", "-q", "main", "--exec", command)
    assert is_models(project, "a.py")
    assert is_models(project, "b.py", "value = 1\nother = 2\n")
