"""Blocks of a model's lines that a person moves to another file before the commit."""

from __future__ import annotations

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

BLOCK = 'def alpha_beta(x):\n    total = compute(x)\n    for item in total:\n        print(item, "value")\n    return total\n'
REST = "def keep():\n    return 7\n"


def classes(repo: GitRepo, path: str) -> list[str]:
    """The class of each line."""
    return [line["class"] for line in repo.ai_blame(path)["lines"]]


def delta(repo: GitRepo) -> dict[str, int]:
    """The delta of the only trace of HEAD's note."""
    (row,) = repo.traces()
    found: dict[str, int] = row["delta"]
    return found


def test_a_block_moved_to_a_new_file_keeps_its_owner(project: GitRepo, agent: Agent) -> None:
    """The new file's lines are the model's, the delta calls them kept, and the evidence is used up."""
    agent.write("a.py", BLOCK + "\n" + REST)
    project.write("a.py", REST)
    project.write("b.py", "import os\n" + BLOCK)
    project.commit("Split")
    assert classes(project, "a.py") == ["ai", "ai"]
    assert classes(project, "b.py") == ["unknown"] + ["ai"] * 5
    counts = delta(project)
    assert (counts["raw"], counts["kept"], counts["dropped"], counts["edited"]) == (8, 7, 1, 0)
    assert project.gitprov("verify").returncode == 0
    shown = project.gitprov("show", "HEAD").stdout
    assert "b.py" in shown
    assert "moved here from another file" in project.gitprov("show", project.traces()[0]["id"]).stdout


def test_a_block_moved_to_a_file_that_was_there(project: GitRepo, agent: Agent) -> None:
    """An existing file takes a block in as a new one does."""
    project.write("b.py", "import os\n\n\nprint(os.name)\n")
    project.commit("Before")
    agent.write("a.py", BLOCK + REST)
    project.write("a.py", REST)
    project.write("b.py", "import os\n\n\n" + BLOCK + "\n\nprint(os.name)\n")
    project.commit("Move")
    assert classes(project, "b.py")[3:8] == ["ai"] * 5
    assert delta(project)["dropped"] == 0


def test_a_copy_is_nobodys(project: GitRepo, agent: Agent) -> None:
    """While the block still stands where the model wrote it, an equal one elsewhere is somebody's copy."""
    agent.write("a.py", BLOCK + REST)
    project.write("b.py", BLOCK)
    project.commit("Copy")
    assert set(classes(project, "a.py")) == {"ai"}
    assert set(classes(project, "b.py")) == {"unknown"}


def test_a_block_is_claimed_once(project: GitRepo, agent: Agent) -> None:
    """Of two copies of a block that left its file, one is the model's."""
    agent.write("a.py", BLOCK + REST)
    project.write("a.py", REST)
    project.write("b.py", BLOCK)
    project.write("c.py", BLOCK)
    project.commit("Two")
    assert set(classes(project, "b.py")) == {"ai"}
    assert set(classes(project, "c.py")) == {"unknown"}


def test_the_file_that_a_block_left_may_come_later(project: GitRepo, agent: Agent) -> None:
    """The commit holds the new file alone: its lines are claimed there, and the old file's next commit drops none of them."""
    agent.write("a.py", BLOCK + REST)
    project.write("a.py", REST)
    project.write("b.py", BLOCK)
    project.commit("The new file", "b.py")
    assert set(classes(project, "b.py")) == {"ai"}
    assert delta(project)["kept"] == 5
    project.commit("The old file", "a.py")
    assert classes(project, "a.py") == ["ai", "ai"]
    assert (delta(project)["raw"], delta(project)["dropped"]) == (2, 0)
    assert project.events() == []
    assert project.gitprov("verify").returncode == 0


def test_a_block_that_is_changed_on_the_way_is_not_claimed(project: GitRepo, agent: Agent) -> None:
    """Where fewer than three telling lines in a row are the same, nothing tells a move from typing."""
    agent.write("a.py", BLOCK + REST)
    project.write("a.py", REST)
    project.write("b.py", BLOCK.replace("for item in total", "for each in total"))
    project.commit("Move and change")
    assert set(classes(project, "b.py")) == {"unknown"}


def test_a_block_moved_between_two_edits(project: GitRepo, agent: Agent) -> None:
    """A model that goes on in the old file after the move takes nothing away from it."""
    agent.write("a.py", BLOCK + REST)
    project.write("a.py", REST)
    project.write("b.py", BLOCK)
    agent.write("a.py", REST + "last = keep()\n")
    project.commit("Split")
    assert classes(project, "a.py") == ["ai"] * 3
    assert set(classes(project, "b.py")) == {"ai"}


def test_a_block_moved_by_an_amendment(project: GitRepo, agent: Agent) -> None:
    """What an amended commit said of a block holds in the file that the amendment moved it to."""
    agent.write("a.py", BLOCK + REST)
    project.commit("All in one")
    project.write("a.py", REST)
    project.write("b.py", BLOCK)
    project.git("add", "-A")
    project.git("commit", "-q", "--amend", "--no-edit")
    assert classes(project, "a.py") == ["ai", "ai"]
    assert set(classes(project, "b.py")) == {"ai"}
    assert delta(project)["dropped"] == 0
    assert project.gitprov("verify").returncode == 0


def test_a_persons_block_stays_hers(project: GitRepo, agent: Agent) -> None:
    """Recorded lines of a person move as a model's do, and stay a person's."""
    agent.person("a.py", BLOCK + REST)
    project.write("a.py", REST)
    project.write("b.py", BLOCK)
    project.commit("Split")
    assert set(classes(project, "b.py")) == {"human"}
