"""`gitprov compare`: generations and files of revisions, in text, structure and behaviour."""

from __future__ import annotations

import json

from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.versions import ask
from tests.versions.test_versions import FLOATS, RENAMED, TOTAL, generate


def test_two_generations(project: GitRepo, agent: Agent) -> None:
    """Other names differ in text alone; another signature in structure too; behaviour is unknown without cases."""
    first, second, third = (generate(project, agent, text) for text in (TOTAL, RENAMED, FLOATS))
    document = ask.compare(project, first, second)
    assert [document[part]["state"] for part in ("text", "structure", "behaviour")] == [
        "differs",
        "same",
        "unknown",
    ]
    assert "no cases are declared" in document["behaviour"]["reason"]
    assert document["text"]["files"] == [
        {"change": "changed", "path": "src/total.py", "added": 4, "removed": 4, "old_path": None}
    ]
    assert "+        s += r  # add\n" in document["text"]["patch"]
    document = ask.compare(project, second, f"{third}:src/total.py")
    assert document["structure"]["changes"][0]["signature"][1] == "def total(rows, start=0.0)"
    printed = json.loads(project.gitprov("compare", second, third, "--json").stdout)
    assert printed["structure"] == document["structure"]
    same = project.gitprov("compare", third, "HEAD:src/total.py", "--exit-code")
    assert same.stdout.splitlines()[1:] == [
        "text same",
        "structure same",
        "behaviour same (the text is the same)",
    ]
    done = project.gitprov("compare", first, "HEAD:src/total.py", "--exit-code", "-p", check=False)
    assert (done.returncode, "-    result = 0" in done.stdout) == (1, True)


def test_what_cannot_be_compared(project: GitRepo) -> None:
    """Other languages and files with errors are unknown in structure; wrong names are errors that help."""
    project.write("a.txt", "one\n")
    project.write("a.py", "def f(:\n")
    project.write("b.py", "x = 1\n")
    project.commit("Files")
    document = ask.compare(project, "HEAD:a.txt", "HEAD:b.py")
    assert "structure is read in Python" in document["structure"]["reason"]
    document = ask.compare(project, "HEAD:a.py", "HEAD:b.py")
    assert document["structure"]["state"] == "unknown"
    assert "not valid Python: line 1" in document["structure"]["reason"]
    for args, status in (
        (("HEAD", "HEAD:b.py"), 2),
        (("HEAD:no", "HEAD:b.py"), 3),
        (("gen_2020", "HEAD:b.py"), 3),
    ):
        assert project.gitprov("compare", *args, check=False).returncode == status


def test_a_baseline_that_cannot_be_run(project: GitRepo) -> None:
    """With declared cases behaviour stays unknown, and the reason says why they were not run."""
    project.write("a.py", "x = 1\n")
    project.write("b.py", "x = 2\n")
    project.commit("Files")
    texts = [
        ('{"v":1,"cases":{"t.py::f[0]":{}}}', "the 1 case of artifacts/baseline_hashes.json cannot be run"),
        ('{"v":1,"cases":{}}', "no cases are declared in"),
        ('{"v":9,"cases":{}}', "another format"),
        ("<<<<<<< ours", "not a JSON object"),
    ]
    for text, reason in texts:
        project.write("artifacts/baseline_hashes.json", text)
        behaviour = ask.compare(project, "HEAD:a.py", "HEAD:b.py")["behaviour"]
        assert behaviour["state"] == "unknown"
        assert reason in behaviour["reason"]
