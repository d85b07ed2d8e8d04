"""`git replace`: a note holds for the commit that it was written for, and not for what git shows in its place."""

from __future__ import annotations

import pytest

from tests.flow.test_heal import MODEL, again_nothing, bare, heal, made
from tests.support.commits import claims
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

__all__ = ["made"]


@pytest.fixture
def shown(project: GitRepo, made: str) -> str:
    """A commit with a line more above the model's, which git shows in the place of the model's."""
    project.write("a.py", "import os\n" + MODEL)
    bare(project, "add", "a.py")
    tree = project.git("write-tree").stdout.strip()
    oid = project.git("commit-tree", tree, "-p", f"{made}~1", input="Replacement\n").stdout.strip()
    project.git("replace", made, oid)
    bare(project, "reset", "-q", "--hard")
    return oid


def test_lines_of_a_replaced_commit(project: GitRepo, shown: str) -> None:
    """No line that git shows in the place of a commit is the model's, before heal and after it."""
    assert project.classes("a.py") == ["unknown"] * 5
    again_nothing(project)
    assert project.note(shown) == []
    assert project.classes("a.py") == ["unknown"] * 5


@pytest.mark.usefixtures("shown")
def test_lines_of_the_commit_itself(project: GitRepo, made: str) -> None:
    """Where replacing is forbidden, git shows the commit itself, and its note holds."""
    project.env["GIT_NO_REPLACE_OBJECTS"] = "1"
    assert project.classes("a.py", made) == ["ai"] * 4


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("hooks", [True, False])
def test_replaced_commit_amended(project: GitRepo, hooks: bool) -> None:
    """An amendment of a replaced commit takes over the lines of the commit itself, at their new numbers."""
    project.write("a.py", "import os\n" + MODEL + "last = 1\n")
    run = project.git if hooks else lambda *args: bare(project, *args)
    run("commit", "-q", "-a", "--amend", "--no-edit")
    if not hooks:
        heal(project)
    assert claims(project) == {"a.py": {"ai": "2-5"}}
    assert project.classes("a.py") == ["unknown", "ai", "ai", "ai", "ai", "unknown"]


@pytest.mark.usefixtures("shown")
def test_commit_on_top_of_a_replaced_one(project: GitRepo) -> None:
    """A commit on top of a replaced one is a commit like any other."""
    project.write("a.py", "import os\n" + MODEL + "last = 1\n")
    project.git("commit", "-q", "-a", "-m", "Last")
    assert project.classes("a.py") == ["unknown"] * 6
    project.git("commit", "-q", "--amend", "-m", "Last of all")
    assert project.classes("a.py") == ["unknown"] * 6
