"""`gitprov restore`: files of a generation come back, and the next commit attributes them."""

from __future__ import annotations

import json

import pytest

from gitprov.errors import GitprovError
from gitprov.model.answers.behaviour.restore import RestoredFile
from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.versions import ask
from tests.versions.test_versions import FLOATS, TOTAL, generate


def test_back_to_the_first_generation(project: GitRepo, agent: Agent) -> None:
    """The restored lines are the model's, the record has the generation as parent, and versions says so."""
    first, second = generate(project, agent, TOTAL), generate(project, agent, FLOATS)
    row = RestoredFile("src/total.py", "src/total.py", "written", 5, 5)
    assert ask.restore(project, first, dry_run=True) == (first, True, (row,))
    assert project.read("src/total.py") == FLOATS
    project.tick()
    assert "  src/total.py  +5 -5\n" in project.gitprov("restore", first).stdout
    assert project.read("src/total.py") == TOTAL
    project.commit("Back")
    [claim] = project.traces()
    assert claim["files"]["src/total.py"]["ai"] == "1-5"
    record = project.generation(claim["id"])
    assert (record["parent"], record["model"], record["edits"][0]["tool"]) == (first, "model-1", "restore")
    assert record["key"] == project.generation(first)["key"]
    [series] = ask.versions(project, "src/total.py")["series"]
    restored = {version["trace"]: version["restored"] for version in series["versions"]}
    assert restored == {first: False, second: False, claim["id"]: True}
    project.gitprov("verify")
    document = json.loads(project.gitprov("restore", first, "--json").stdout)
    assert document["files"][0]["action"] == "same"


def test_what_is_refused(project: GitRepo, agent: Agent) -> None:
    """Uncommitted changes, links, paths outside and files it did not write stop it before anything is written."""
    first = generate(project, agent, TOTAL)
    generate(project, agent, FLOATS)
    project.write("src/total.py", "mine = 1\n")
    done = project.gitprov("restore", first, check=False)
    assert done.returncode == 3
    assert "src/total.py: changes that no commit has" in done.stderr
    assert project.read("src/total.py") == "mine = 1\n"
    project.git("update-index", "--assume-unchanged", "src/total.py")
    project.write("new.py", "mine = 2\n")
    (project.path / "link.py").symlink_to(project.path / "new.py")
    (project.path / "way").symlink_to(project.path)
    targets = {"src/total.py": "would be lost", "new.py": "would be lost", "link.py": "a symbolic link", "way/x.py": "a symbolic link",
               "../x.py": "not a path inside", ".git/hooks/x": "git's own directory"}  # fmt: skip
    for target, reason in targets.items():
        with pytest.raises(GitprovError, match=reason):
            ask.restore(project, first, target=target)
    with pytest.raises(GitprovError, match="did not write 'README'"):
        ask.restore(project, first, paths=("README",))
    ask.restore(project, first, force=True)
    assert project.read("src/total.py") == TOTAL


def test_redacted_and_chosen_files(project: GitRepo, agent: Agent) -> None:
    """A redacted secret is not written unless forced; --to takes a directory, and files can be chosen."""
    agent.prompt("Two files").write("a.py", "x = 1\n")
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    agent.write("b.py", f"aws_access_key_id = '{key}'\n")
    project.commit("Two")
    [row] = project.traces()
    with pytest.raises(GitprovError, match="in place of a secret"):
        ask.restore(project, row["id"])
    files = ask.restore(project, row["id"], force=True, target="old").files
    assert [(file.target, file.action) for file in files] == [
        ("old/a.py", "written"),
        ("old/b.py", "written"),
    ]
    assert key not in project.read("old/b.py")
    [file] = ask.restore(project, row["id"], paths=("a.py",), target="old/").files
    assert file.action == "same"
