"""`gitprov restore`: files of a generation come back, and the next commit attributes them."""

from __future__ import annotations

from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.versions.test_versions import FLOATS, TOTAL, answer, generate


def test_back_to_the_first_generation(project: GitRepo, agent: Agent) -> None:
    """The restored lines are the model's, the record has the generation as parent, and versions says so."""
    first, second = generate(project, agent, TOTAL), generate(project, agent, FLOATS)
    assert answer(project, "restore", first, "--dry-run")["files"] == [
        {"path": "src/total.py", "target": "src/total.py", "action": "written", "added": 5, "removed": 5}
    ]
    assert project.read("src/total.py") == FLOATS
    assert "  src/total.py  +5 -5\n" in project.gitprov("restore", first).stdout
    assert project.read("src/total.py") == TOTAL
    project.commit("Back")
    [row] = project.traces()
    assert row["files"]["src/total.py"]["ai"] == "1-5"
    record = project.generation(row["id"])
    assert (record["parent"], record["model"], record["edits"][0]["tool"]) == (first, "model-1", "restore")
    assert record["key"] == project.generation(first)["key"]
    [series] = answer(project, "versions", "src/total.py")["series"]
    assert {version["trace"] for version in series["versions"]} == {first, second, row["id"]}
    assert [version["restored"] for version in series["versions"]].count(True) == 1
    assert f"restores {first}" in project.gitprov("versions", "src/total.py").stdout
    project.gitprov("verify")
    assert answer(project, "restore", first)["files"][0]["action"] == "same"


def test_what_is_refused(project: GitRepo, agent: Agent) -> None:
    """Uncommitted changes, links, paths outside and files it did not write stop it before anything is written."""
    first = generate(project, agent, TOTAL)
    generate(project, agent, FLOATS)
    project.write("src/total.py", "mine = 1\n")
    done = project.gitprov("restore", first, check=False)
    assert done.returncode == 3
    assert "src/total.py: changes that no commit has" in done.stderr
    assert project.read("src/total.py") == "mine = 1\n"
    project.write("new.py", "mine = 2\n")
    (project.path / "link.py").symlink_to(project.path / "new.py")
    (project.path / "way").symlink_to(project.path)
    targets = {"new.py": "would be lost", "link.py": "a symbolic link", "way/x.py": "a symbolic link",
               "../x.py": "not a path inside", ".git/hooks/x": "git's own directory"}  # fmt: skip
    for target, reason in targets.items():
        done = project.gitprov("restore", first, "--to", target, check=False)
        assert (done.returncode, reason in done.stderr) == (3, True), done.stderr
    assert project.gitprov("restore", first, "README", check=False).returncode == 3
    project.gitprov("restore", first, "--force")
    assert project.read("src/total.py") == TOTAL


def test_redacted_and_chosen_files(project: GitRepo, agent: Agent) -> None:
    """A redacted secret is not written unless forced; --to takes a directory, and files can be chosen."""
    agent.prompt("Two files").write("a.py", "x = 1\n")
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    agent.write("b.py", f"aws_access_key_id = '{key}'\n")
    project.commit("Two")
    [row] = project.traces()
    done = project.gitprov("restore", row["id"], check=False)
    assert "in place of a secret" in done.stderr
    files = answer(project, "restore", row["id"], "--force", "--to", "old")["files"]
    assert [(file["target"], file["action"]) for file in files] == [
        ("old/a.py", "written"),
        ("old/b.py", "written"),
    ]
    assert key not in project.read("old/b.py")
    assert answer(project, "restore", row["id"], "a.py", "--to", "old/")["files"][0]["action"] == "same"
