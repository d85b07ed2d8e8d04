"""Messages that name traces of which the commit holds no line: what somebody typed instead is not declared AI's."""

from __future__ import annotations

import pytest

from tests.flow.test_heal import HOOKLESS, again_nothing, heal
from tests.support.agent import Agent
from tests.support.carrying import AI, BASE, branch, owners
from tests.support.repo import NOTES_REF, GitRepo

pytestmark = pytest.mark.slow

THEIRS = BASE + "other\n"
TYPED = BASE + "typed by hand\n"


def in_the_way(repo: GitRepo, agent: Agent) -> None:
    """A branch `ai` with a model's commit, and a `main` (checked out) that a pick of it cannot be applied to."""
    branch(repo, agent)
    repo.write("a.py", THEIRS)
    repo.commit("In the way")


def resolve(repo: GitRepo, how: str) -> None:
    """Somebody whom nobody saw resolves a conflict with a line of their own."""
    repo.write("a.py", TYPED)
    repo.git("add", "a.py")
    repo.env["GIT_EDITOR"] = "true"
    repo.git(how, "--continue")


def named(repo: GitRepo, rev: str = "HEAD") -> bool:
    """Whether a commit's message names a trace."""
    return "AI-Trace: gen_" in repo.git("log", "-1", "--format=%B", rev).stdout


def is_silent(repo: GitRepo, rev: str = "HEAD") -> bool:
    """Whether blame knows nobody for the typed line, though the message names a trace; the note has the commit's row."""
    said = owners(repo, "a.py")["typed by hand"]
    return named(repo, rev) and said == "unknown" and [row["kind"] for row in repo.note(rev)] == ["commit"]


def test_pick_that_holds_nothing(project: GitRepo, agent: Agent) -> None:
    """A pick whose lines are all gone from its resolution, and what becomes of it: amended, rebased, picked again."""
    in_the_way(project, agent)
    assert project.git("cherry-pick", "ai", check=False).returncode
    resolve(project, "cherry-pick")
    assert is_silent(project)
    again_nothing(project)
    project.write("other", "y\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert is_silent(project)
    project.git("checkout", "-q", "-b", "moved", "HEAD~1")
    project.write("third", "z\n")
    project.commit("Third")
    project.git("cherry-pick", "main")
    assert is_silent(project)
    project.git("rebase", "-q", "--force-rebase", "HEAD~2")
    assert is_silent(project)
    again_nothing(project)


def test_rebase_that_leaves_nothing(project: GitRepo, agent: Agent) -> None:
    """The same of a rebase, whose picks are told at its end."""
    in_the_way(project, agent)
    project.git("checkout", "-q", "ai")
    assert project.git("rebase", "main", check=False).returncode
    resolve(project, "rebase")
    assert is_silent(project)
    again_nothing(project)


def test_message_without_a_trace(project: GitRepo, agent: Agent) -> None:
    """A pick, an amendment and a rebase whose message names no trace get a commit row too, as their sources have notes."""
    in_the_way(project, agent)
    assert project.git("cherry-pick", "ai", check=False).returncode
    project.write("a.py", TYPED)
    project.git("add", "a.py")
    project.git("commit", "-q", "-m", "In my own words")
    rows = [project.note()]
    project.git("commit", "-q", "--amend", "-m", "In other words")
    rows.append(project.note())
    project.git("rebase", "-q", "--force-rebase", "HEAD~1")
    rows.append(project.note())
    assert not named(project)
    assert [[row["kind"] for row in note] for note in rows] == [["commit"]] * 3
    assert owners(project, "a.py")["typed by hand"] == "unknown"


def test_squash_of_a_noted_commit_and_one_without_its_note(project: GitRepo, agent: Agent) -> None:
    """A commit row would say that nothing is missing: where a source's message names a trace and its note is not here, there is none."""
    in_the_way(project, agent)
    project.git("checkout", "-q", "ai")
    agent.write("b.py", "b = 1\n")
    project.commit("More of it")
    project.git("notes", "--ref", NOTES_REF, "remove", "HEAD")
    project.git("checkout", "-q", "main")
    assert project.git("merge", "--squash", "ai", check=False).returncode
    project.write("a.py", TYPED)
    project.git("rm", "-q", "-f", "b.py")
    project.git("add", "a.py")
    project.git("commit", "-q", "-m", "Both")
    assert project.note() == []


def test_mail_that_leaves_nothing(project: GitRepo, agent: Agent) -> None:
    """The same of `git am`, which tells no source: the commit of the same author, date and subject was asked."""
    in_the_way(project, agent)
    mail = project.git("format-patch", "-1", "--stdout", "ai").stdout
    assert project.git("am", "-q", "-3", input=mail, check=False).returncode
    resolve(project, "am")
    assert is_silent(project)
    again_nothing(project)


def test_pick_with_lines_left(project: GitRepo, agent: Agent) -> None:
    """Where a line of it is left, that one is the model's and the rest is nobody's, as ever."""
    in_the_way(project, agent)
    assert project.git("cherry-pick", "ai", check=False).returncode
    project.write("a.py", TYPED + AI.splitlines(keepends=True)[0])
    project.git("add", "a.py")
    project.env["GIT_EDITOR"] = "true"
    project.git("cherry-pick", "--continue")
    said = owners(project, "a.py")
    assert (said["def parse(text):"], said["typed by hand"]) == ("ai s1", "unknown")


def test_source_without_a_note(project: GitRepo, agent: Agent) -> None:
    """Where nobody here knows what the trace is of, the message's word stands: its lines may be in the commit."""
    in_the_way(project, agent)
    project.git("update-ref", "-d", NOTES_REF)
    assert project.git("cherry-pick", "ai", check=False).returncode
    resolve(project, "cherry-pick")
    assert named(project)
    assert project.note() == []
    assert owners(project, "a.py")["typed by hand"] == "declared"


@pytest.mark.parametrize("pushed", [False, True])
def test_heal_says_so(project: GitRepo, agent: Agent, pushed: bool) -> None:
    """Without hooks `gitprov heal` says it, of a pushed commit too; a dry run only counts it."""
    in_the_way(project, agent)
    assert project.git(*HOOKLESS, "cherry-pick", "-x", "ai", check=False).returncode
    project.write("a.py", TYPED)
    project.git(*HOOKLESS, "commit", "-q", "-a", "--no-edit")
    if pushed:
        project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert heal(project, "-n")["settled"] == [project.oid()]
    assert not is_silent(project)
    assert heal(project)["settled"] == [project.oid()]
    assert is_silent(project)
    again_nothing(project)
