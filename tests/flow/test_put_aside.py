"""What stashes hold and what a checkout brings back: lines that no edit tells of, which are whose they were."""

from __future__ import annotations

import os

import pytest

from tests.support.agent import Agent
from tests.support.carrying import owners
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

BASE = "one = 1\ntwo = 2\nthree = 3\nfour = 4\n"
LINE = "between = two + three\n"
PUT = BASE.replace("three = 3\n", LINE + "three = 3\n")
TOP = "top = 0\n"


def base(repo: GitRepo) -> None:
    """A file that is nobody's."""
    repo.write("a.py", BASE)
    repo.commit("Base")


def stash(repo: GitRepo, agent: Agent) -> None:
    """A model's line goes into a stash, and another session of it goes on without; somebody deletes half of that."""
    base(repo)
    agent.write("a.py", PUT)
    repo.git("stash", "push", "-q")
    Agent(repo, session="s2").write("a.py", TOP + "gone = 9\n" + BASE)
    repo.write("a.py", TOP + BASE)


def test_popped_onto_a_changed_file(project: GitRepo, agent: Agent) -> None:
    """A commit was made meanwhile: it has not dropped the line, and the line is its session's, before and after its own."""
    stash(project, agent)
    project.git("commit", "-q", "-a", "-m", "Top")
    assert project.traces()[0]["delta"]["dropped"] == 1
    project.git("stash", "pop", "-q")
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"
    project.git("commit", "-q", "-a", "-m", "Line")
    assert owners(project, "a.py") == {
        TOP.strip(): "ai s2",
        LINE.strip(): "ai s1",
        **dict.fromkeys(BASE.splitlines(), "unknown"),
    }


def test_popped_before_any_commit(project: GitRepo, agent: Agent) -> None:
    """No hook came by between two stashes, and somebody goes on from there."""
    stash(project, agent)
    project.git("stash", "push", "-q")
    project.git("stash", "pop", "-q", "stash@{1}")
    project.write("a.py", "own = 1\n" + PUT)
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"


@pytest.mark.parametrize("commits", [1, 2])
def test_renamed_while_it_was_put_aside(project: GitRepo, agent: Agent, commits: int) -> None:
    """Commits that rename and change the file drop no line that a stash has under the old name."""
    base(project)
    agent.write("a.py", PUT)
    project.git("stash", "push", "-q")
    project.git("mv", "a.py", "b.py")
    project.commit("Renamed")
    for n in range(1, commits):
        project.write("b.py", BASE + f"more = {n}\n")
        project.commit("More")
    project.git("stash", "pop", "-q")
    popped = (project.path / "b.py").read_text()
    Agent(project, session="s2").write("b.py", popped.replace(LINE, "above = 8\n" + LINE))
    assert owners(project, "b.py")[LINE.strip()] == "ai s1"
    project.commit("Line")
    assert owners(project, "b.py")[LINE.strip()] == "ai s1"


def test_popped_under_another_name(project: GitRepo, agent: Agent) -> None:
    """The file was renamed, and git finds it when the stash is popped."""
    stash(project, agent)
    project.git("checkout", "-q", "--", "a.py")
    project.git("mv", "a.py", "b.py")
    project.git("commit", "-q", "-m", "Rename")
    Agent(project, session="s3").write("b.py", TOP + BASE)
    project.git("commit", "-q", "-a", "-m", "Top")
    project.git("stash", "pop", "-q")
    assert owners(project, "b.py")[LINE.strip()] == "ai s1"


def test_a_branch_where_the_file_was_not_renamed(project: GitRepo, agent: Agent) -> None:
    """The stash becomes a branch, and there the file has the name that it had; the line is its session's in a commit too."""
    stash(project, agent)
    project.git("mv", "a.py", "b.py")
    project.git("commit", "-q", "-a", "-m", "Rename")
    project.git("stash", "branch", "aside")
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"
    project.git("commit", "-q", "-a", "-m", "Line")
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"


def test_discarding_another_change_keeps_the_stash(project: GitRepo, agent: Agent) -> None:
    """`git checkout -- FILE` throws away what is on disk, not what a stash of that file holds."""
    stash(project, agent)
    project.git("checkout", "-q", "--", "a.py")
    Agent(project, session="s3").write("a.py", "top = 3\n" + BASE)
    project.git("commit", "-q", "-a", "-m", "Top")
    project.git("stash", "pop", "-q")
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"


def test_discarding_before_the_next_edit_keeps_the_stash(project: GitRepo, agent: Agent) -> None:
    """No edit was recorded between the stash and the checkout."""
    base(project)
    agent.write("a.py", PUT)
    project.git("stash", "push", "-q")
    project.write("a.py", "dirt\n" + BASE)
    project.git("checkout", "-q", "--", "a.py")
    project.git("stash", "pop", "-q", "--index")
    project.write("a.py", TOP + PUT)
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"


def test_popped_and_thrown_away(project: GitRepo, agent: Agent) -> None:
    """What was discarded after it came back is whoever's who types it again."""
    stash(project, agent)
    project.git("commit", "-q", "-a", "-m", "Top")
    project.git("stash", "pop", "-q")
    project.git("checkout", "-q", "--", "a.py")
    project.write("a.py", TOP + PUT)
    assert owners(project, "a.py")[LINE.strip()] == "unknown"


def test_a_likeness_of_what_is_in_a_stash(project: GitRepo, agent: Agent) -> None:
    """The same line in another place is somebody's own."""
    stash(project, agent)
    project.write("a.py", TOP + BASE + LINE)
    project.git("commit", "-q", "-a", "-m", "Own")
    assert owners(project, "a.py")[LINE.strip()] == "unknown"


def test_without_what_was_seen(project: GitRepo, agent: Agent) -> None:
    """Damage to what was seen, or git having let go of it, makes lines unknown and breaks nothing."""
    stash(project, agent)
    project.git("stash", "push", "-q")
    project.git("stash", "pop", "-q", "stash@{1}")
    project.write("a.py", "own = 1\n" + PUT)
    seen = project.path / ".git/gitprov/inbox/@/seen"
    told = seen.read_bytes()
    for junk in (b"\xff{", b"[]", b'{"seq":"x","stash":"y"}', b'{"seq":1,"path":[],"blob":"a"}', b"{" * 9999):
        seen.write_bytes(junk + b"\n")
        assert owners(project, "a.py")[LINE.strip()] == "unknown"
        seen.write_bytes(junk + b"\n" + told)
        assert owners(project, "a.py")[LINE.strip()] == "ai s1"
    project.git("prune", "--expire=now")
    assert owners(project, "a.py")[LINE.strip()] == "unknown"


def replaced(repo: GitRepo, agent: Agent) -> None:
    """A model's line was staged, then another session replaced it."""
    base(repo)
    agent.write("a.py", PUT)
    repo.git("add", "a.py")
    Agent(repo, session="s2").write("a.py", PUT.replace(LINE, "other = 5\nmore = 6\n"))


@pytest.mark.parametrize("words", [("checkout", "-q", "--", "a.py"), ("restore", "."), ("checkout", ".")])
def test_a_checkout_brings_back(project: GitRepo, agent: Agent, words: tuple[str, ...]) -> None:
    """What was staged and then replaced is back, and stays its session's when somebody goes on from there."""
    replaced(project, agent)
    project.git(*words)
    project.write("a.py", PUT.replace("one", "    one"))
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"
    project.write("a.py", TOP + PUT.replace("one", "    one"))
    project.git("commit", "-q", "-a", "-m", "Both")
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"
    assert owners(project, "a.py")[TOP.strip()] == "unknown"


def test_a_checkout_brings_back_what_no_file_was(project: GitRepo, agent: Agent) -> None:
    """An editor staged parts of two states, line by line; the rest of the file is committed first."""
    base(project)
    agent.write("a.py", BASE + "five = 5\nsix = 6\n")
    Agent(project, session="s2").write("a.py", BASE + "other = 7\n")
    project.write("a.py", BASE + "five = 5\nother = 7\n")
    project.git("add", "a.py")
    project.write("a.py", BASE + "other = 7\n")
    project.git("checkout", "-q", "--", "a.py")
    assert owners(project, "a.py")["five = 5"] == "ai s1"
    assert owners(project, "a.py")["other = 7"] == "ai s2"


def test_a_replaced_line_that_somebody_typed_again(project: GitRepo, agent: Agent) -> None:
    """Git wrote another file: what is in this one, staged and all, came from somebody's hands."""
    project.write("other", "x\n")
    replaced(project, agent)
    project.write("a.py", TOP + PUT)
    long_ago = os.stat(project.path / "a.py").st_mtime - 60
    os.utime(project.path / "a.py", (long_ago, long_ago))
    project.git("add", ".")
    project.write("other", "dirt\n")
    project.git("checkout", "-q", "--", "other")
    assert owners(project, "a.py")[LINE.strip()] == "unknown"
    project.git("commit", "-q", "-a", "-m", "Own")
    assert owners(project, "a.py")[LINE.strip()] == "unknown"


def test_what_a_checkout_threw_away_is_typed_again(project: GitRepo, agent: Agent) -> None:
    """The lines that had taken the place of those that are back are whoever's who types them."""
    replaced(project, agent)
    away = (project.path / "a.py").read_text()
    project.git("checkout", "-q", "--", "a.py")
    project.write("a.py", away)
    assert owners(project, "a.py")["other = 5"] == "unknown"
    project.write("a.py", PUT)
    project.git("commit", "-q", "-a", "-m", "Line")
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"


def test_half_of_what_came_back_is_committed(project: GitRepo, agent: Agent) -> None:
    """What is left for another commit is still its session's there."""
    base(project)
    agent.write("a.py", TOP + BASE + LINE)
    project.git("add", "a.py")
    Agent(project, session="s2").write("a.py", "new = 1\n" + BASE + "newer = 2\n")
    project.git("checkout", "-q", "--", "a.py")
    project.git("reset", "-q")
    project.git("add", "-p", "a.py", input="s\ny\nn\n")
    project.git("commit", "-q", "-m", "Half")
    project.git("commit", "-q", "-a", "-m", "Rest")
    assert owners(project, "a.py")[TOP.strip()] == "ai s1"
    assert owners(project, "a.py")[LINE.strip()] == "ai s1"


def test_the_index_of_a_stash_has_what_another_model_replaced(project: GitRepo, agent: Agent) -> None:
    """A model's lines are staged, another's take their place in the work tree, and both are stashed: the staged
    lines are the first one's in the branch that the stash becomes.
    """
    base(project)
    first = [f"first_{n} = {n}\n" for n in range(3)]
    agent.write("a.py", "".join(first) + BASE)
    project.git("add", "a.py")
    second = Agent(project, session="s2")
    second.write("a.py", "other_0 = 5\nother_1 = 6\n" + first[2] + BASE)
    project.git("stash", "push", "-q")
    second.write("a.py", "new_0 = 7\n" + BASE)
    project.git("commit", "-q", "-a", "-m", "New")
    project.git("stash", "branch", "aside")
    project.git("commit", "-q", "-m", "Staged")
    project.git("checkout", "-q", "--", "a.py")
    assert [owners(project, "a.py")[line.strip()] for line in first] == ["ai s1"] * 3


def test_a_part_is_staged_after_another_edit_was_undone(project: GitRepo, agent: Agent) -> None:
    """The stash's content is on disk as a whole, so a part of it in the index is whose it is on disk."""
    base(project)
    parts = ["five = 5\n", "six = 6\n", "seven = 7\n"]
    agent.write("a.py", BASE + "".join(parts))
    project.git("stash", "push", "-q")
    Agent(project, session="s2").write("a.py", "eight = 8\n" + BASE)
    project.git("checkout", "--", "a.py")
    project.git("stash", "pop", "-q")
    project.write("a.py", BASE + parts[0])
    project.git("add", "a.py")
    project.write("a.py", BASE + "".join(parts))
    project.git("commit", "-q", "-m", "Part")
    for part in parts:
        assert owners(project, "a.py")[part.strip()] == "ai s1"
