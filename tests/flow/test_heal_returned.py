"""Files that a commit brings back as its own history had them: `git checkout COMMIT -- FILE`, `git restore --source`."""

from __future__ import annotations

import json

import pytest

from tests.flow.test_heal import MODEL, again_nothing, bare, heal, hows, made
from tests.support.agent import Agent
from tests.support.commits import claims
from tests.support.repo import NOTES_REF, GitRepo

pytestmark = pytest.mark.slow

__all__ = ["made"]

HOW = "file brought back"


def replaced(repo: GitRepo, text: str | None, *, hooks: bool = True) -> str:
    """A commit in which nobody's text takes the place of `a.py`; None: the file is deleted."""
    if text is None:
        repo.git("rm", "-q", "a.py")
    else:
        repo.write("a.py", text)
        repo.git("add", "a.py")
    repo.tick()
    (repo.git if hooks else lambda *args: bare(repo, *args))("commit", "-q", "-m", "Another state")
    return repo.oid()


def test_deleted_file(project: GitRepo, made: str) -> None:
    """A file of a model that was deleted and is checked out of an older commit is the model's."""
    replaced(project, None)
    project.git("checkout", "-q", made, "--", "a.py")
    project.git("commit", "-q", "-m", "There again")
    assert project.classes("a.py") == ["unknown"] * 4
    report = heal(project)
    assert hows(report, project.oid()) == [HOW]
    assert claims(project) == {"a.py": {"ai": "1-4"}}
    assert project.traces()[0]["evidence"] == "carried"
    again_nothing(project)


@pytest.mark.usefixtures("made")
def test_lines_of_a_file(project: GitRepo, agent: Agent) -> None:
    """Only lines that the commit adds come from the older one, each from whoever wrote it."""
    agent.prompt("more").write("a.py", "import os\nimport sys\n" + MODEL + "typed = 1\n")
    project.write("a.py", "import os\nimport sys\n" + MODEL + "typed = 2\n")
    whole = project.commit("More")
    replaced(project, MODEL.replace("second", "third"))
    project.git("restore", "--source", whole, "a.py")
    project.git("commit", "-q", "-a", "-m", "There again")
    heal(project)
    assert {row["session"] for row in project.traces()} <= {"s1"}
    assert {row["files"]["a.py"]["ai"] for row in project.traces()} == {"1-2", "5-6"}
    assert project.classes("a.py") == ["ai"] * 6 + project.classes("a.py")[6:]
    again_nothing(project)


def test_beside_evidence(project: GitRepo, agent: Agent, made: str) -> None:
    """A commit that has a note for what an agent wrote gets the lines of the file that came back as well."""
    replaced(project, None)
    project.git("checkout", "-q", made, "--", "a.py")
    agent.prompt("other").write("b.py", "first = 1\n")
    project.commit("Both")
    assert claims(project) == {"b.py": {"ai": "1"}}
    heal(project)
    assert claims(project) == {"a.py": {"ai": "1-4"}, "b.py": {"ai": "1"}}
    again_nothing(project)


@pytest.mark.usefixtures("made")
def test_own_evidence_goes_first(project: GitRepo) -> None:
    """Another session that wrote the very same file has written it."""
    replaced(project, None)
    Agent(project, session="s2").prompt("again").write("a.py", MODEL)
    project.commit("Written again")
    before = project.oid(NOTES_REF)
    assert heal(project)["healed"] == []
    assert project.oid(NOTES_REF) == before


def test_brought_back_twice(project: GitRepo, made: str) -> None:
    """The newest commit that had the file lends it, also where that one got it back itself."""
    for _ in range(2):
        replaced(project, None)
        project.git("checkout", "-q", made, "--", "a.py")
        project.git("commit", "-q", "-m", "There again")
    heal(project)
    assert claims(project, "HEAD~2") == claims(project) == {"a.py": {"ai": "1-4"}}
    again_nothing(project)


def test_newest_state_counts(project: GitRepo, made: str) -> None:
    """Where a person had written the same file later, and an agent another time, the last one's it is."""
    replaced(project, None)
    Agent(project, session="s2").prompt("again").write("a.py", MODEL)
    project.commit("Written again")
    replaced(project, None)
    project.git("checkout", "-q", made, "--", "a.py")
    project.git("commit", "-q", "-m", "There again")
    heal(project)
    [row] = project.traces()
    assert row["session"] == "s2"


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "now",
    [MODEL + "more = 1\n", "\n" + MODEL, MODEL.replace("first", "First"), MODEL[:-1]],
    ids=["longer", "moved", "reworded", "no newline"],
)
def test_another_content(project: GitRepo, now: str) -> None:
    """A file that is not byte for byte as it was has been typed: lines of one's own history count as nobody's."""
    replaced(project, None)
    replaced(project, now)
    assert heal(project)["healed"] == []
    assert project.note() == []


def test_too_little_comes_back(project: GitRepo, agent: Agent) -> None:
    """One line, whatever brackets and blank lines are around it, is soon typed again."""
    agent.write("a.py", "(\n\nvalue = 1\n)\n")
    project.commit("Made")
    replaced(project, "(\n\n)\n")
    replaced(project, "(\n\nvalue = 1\n)\n")
    assert heal(project)["healed"] == []
    assert project.note() == []


@pytest.mark.usefixtures("made")
def test_at_another_path(project: GitRepo) -> None:
    """The same content under another name is no checkout."""
    replaced(project, None)
    project.write("b.py", MODEL)
    project.git("add", "b.py")
    project.git("commit", "-q", "-m", "Typed")
    assert heal(project)["healed"] == []


def test_later_commit(project: GitRepo, agent: Agent) -> None:
    """Who typed a file before a model wrote the same has typed it."""
    first = replaced(project, MODEL)
    replaced(project, None)
    agent.write("a.py", MODEL)
    project.commit("Model's")
    assert heal(project)["healed"] == []
    assert project.note(first) == []


def test_other_branch(project: GitRepo, agent: Agent) -> None:
    """A commit of another branch is nothing that a file could come back from; only a likeness would tell."""
    project.git("switch", "-q", "-c", "side")
    project.tick()
    typed = replaced(project, MODEL)
    project.git("switch", "-q", "-")
    replaced(project, "before = 1\n")
    agent.write("a.py", MODEL)
    model = project.commit("Model's")
    project.git("merge", "-q", "--no-edit", "side")
    assert project.note(model)
    assert heal(project)["healed"] == []
    assert project.note(typed) == []


def test_through_a_merge(project: GitRepo, made: str) -> None:
    """A file that a branch deleted, which then was merged, comes back from before."""
    project.git("switch", "-q", "-c", "side")
    replaced(project, None)
    project.git("switch", "-q", "-")
    project.write("z", "z\n")
    project.commit("Other")
    project.git("merge", "-q", "--no-edit", "side")
    project.git("checkout", "-q", made, "--", "a.py")
    project.git("commit", "-q", "-m", "There again")
    heal(project)
    assert claims(project) == {"a.py": {"ai": "1-4"}}


def test_range_of_one_commit(project: GitRepo, made: str) -> None:
    """The history below a range is looked through, though nothing of it is asked to be healed."""
    replaced(project, None)
    project.git("checkout", "-q", made, "--", "a.py")
    project.git("commit", "-q", "-m", "There again")
    report = heal(project, "HEAD")
    assert report["looked"] == 1
    assert hows(report, project.oid()) == [HOW]


def test_odd_names(project: GitRepo, agent: Agent) -> None:
    """Names with a newline, quotes and bytes that are no text are remembered as they are."""
    name = 'a\n"b" \udcff.py'
    agent.write(name, MODEL)
    made = project.commit("Made")
    project.git("rm", "-q", "-r", ".")
    project.git("commit", "-q", "-m", "Gone")
    project.git("checkout", "-q", made, "--", ".")
    project.git("commit", "-q", "-m", "There again")
    heal(project, "-n")
    heal(project)
    assert claims(project) == {name: {"ai": "1-4"}}


@pytest.mark.parametrize("damage", ["", "{oid} [1]\n", "{oid} {{\n", '{oid} {{"x": 1}}\n', "\x00\n"])
def test_what_is_remembered_is_damaged(project: GitRepo, made: str, damage: str) -> None:
    """The file that remembers what was looked at may be lost or damaged: then it is looked again."""
    replaced(project, None)
    project.git("checkout", "-q", made, "--", "a.py")
    project.git("commit", "-q", "-m", "There again")
    heal(project, "-n")
    place = project.path / ".git/gitprov/heal-returned"
    [row] = [row for row in place.read_text().splitlines() if "{" in row]
    assert json.loads(row.partition(" ")[2]) == {made: ["a.py"]}
    place.write_text(damage.format(oid=project.oid()))
    heal(project)
    assert claims(project) == {"a.py": {"ai": "1-4"}}
