"""`gitprov check security`: an agent's lines with weaknesses, in every format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo

SAMPLE = """\
import os
import pickle
import requests

def load(data):
    return pickle.loads(data)

def ping(host):
    os.system("ping " + host)

def user(db, name):
    return db.execute(f"SELECT * FROM users WHERE name = '{name}'")

def fetch(url):
    return requests.get(url, verify=False, timeout=5)
"""
EXPECTED = [
    ("security/untrusted-deserialisation", 6, 502),
    ("security/command-injection", 9, 78),
    ("security/sql-injection", 12, 89),
    ("security/tls-unverified", 15, 295),
]


@pytest.fixture
def project(repo: GitRepo) -> GitRepo:
    """A repository with gitprov and a first commit of a person."""
    repo.install()
    repo.write("old.py", "import os\n\ndef run(name):\n    os.system('ls ' + name)\n")
    repo.commit("Begin")
    return repo


def answer(repo: GitRepo, *args: str, status: int = 0) -> dict[str, Any]:
    """The document of a check."""
    done = repo.gitprov("check", "security", "--format", "json", *args, check=False)
    assert done.returncode == status, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def rows(document: dict[str, Any]) -> list[tuple[str, int, int]]:
    """(id, line, CWE) of the findings of medium and high severity."""
    return [(row["id"], row["line"], row["cwe"]) for row in document["findings"] if row["severity"] != "low"]


def test_weaknesses_of_a_model(project: GitRepo) -> None:
    """Staged, in a range and on disk, each with trace, weakness number and fix."""
    Agent(project).write("app.py", SAMPLE)
    assert rows(answer(project, ".", status=1)) == EXPECTED
    project.git("add", ".")
    assert rows(answer(project, "--staged", status=1)) == EXPECTED
    project.commit_staged("Add")
    trace = project.traces()[0]["id"]
    for args in (("--range", "HEAD~1..HEAD"), (".",)):
        document = answer(project, *args, status=1)
        assert rows(document) == EXPECTED
        for row in document["findings"]:
            assert (row["trace"], row["agent"], row["model"]) == (trace, "my-tool", "model-1")
            assert row["fix"]
            assert row["path"] == "app.py"


def test_lines_of_a_person_are_judged_on_request(project: GitRepo) -> None:
    """`--all-lines`; by default a person's line is not judged, though the file has lines of a model."""
    assert answer(project, ".")["status"] == "clean"
    document = answer(project, "--all-lines", "old.py", status=1)
    assert rows(document) == [("security/command-injection", 4, 78)]
    answer(project, "--all-lines", "old.py", "--write-baseline")
    assert answer(project, "--all-lines", "old.py")["counts"]["baseline"] == 1
    text = (project.path / "old.py").read_text()
    Agent(project).write("old.py", text + "\nVALUE = eval(input())\n")
    project.git("add", ".")
    assert rows(answer(project, "--staged", status=1)) == [("security/code-injection", 6, 94)]


def test_a_file_that_does_not_parse_is_unknown(project: GitRepo) -> None:
    """Patterns still match; the flow part could not look, which fails under `--strict`."""
    text = "import yaml\nyaml.load(text, Loader=yaml.Loader)\ndef f(text)\n    pass\n"
    Agent(project).write("broken.py", text)
    project.git("add", ".")
    document = answer(project, "--staged", status=1)
    assert "line 3 does not parse" in document["unknown"][0]["reason"]
    assert [row["id"] for row in document["findings"]] == ["security/untrusted-deserialisation"]
    project.git("rm", "-fq", "broken.py")
    Agent(project).write("other.py", "def f(text)\n    pass\n")
    project.git("add", ".")
    assert answer(project, "--staged")["status"] == "unknown"
    answer(project, "--staged", "--strict", status=1)


def test_a_large_file_is_unknown(project: GitRepo) -> None:
    """It is not parsed."""
    Agent(project).write("large.py", "x = 1\n" * 200_000)
    project.git("add", ".")
    assert answer(project, "--staged")["unknown"][0]["reason"] == "it is larger than 1 MiB"


def test_security_as_text(project: GitRepo) -> None:
    """Place, message with the source of the value, source line, author, fix."""
    Agent(project).write("app.py", SAMPLE)
    project.git("add", ".")
    project.commit_staged("Add")
    done = project.gitprov("check", "security", "--range", "HEAD~1..HEAD", check=False)
    assert done.returncode == 1
    expected = "app.py:9: high: A command for a shell is put together from a value (parameter host, line 8)"
    assert f"{expected} [security/command-injection]" in done.stdout
    assert '9 |     os.system("ping " + host)\n' in done.stdout
    assert "written by my-tool model-1, gen_" in done.stdout
    assert "fix: pass a list of arguments" in done.stdout


def test_security_as_sarif(project: GitRepo) -> None:
    """Rules with their weakness numbers, results with lines and trace."""
    Agent(project).write("app.py", SAMPLE)
    project.git("add", ".")
    project.commit_staged("Add")
    done = project.gitprov("check", "security", "--range", "HEAD~1..HEAD", "--format", "sarif", check=False)
    run = json.loads(done.stdout)["runs"][0]
    tags = {rule["id"]: rule["properties"]["tags"] for rule in run["tool"]["driver"]["rules"]}
    assert "external/cwe/cwe-089" in tags["security/sql-injection"]
    result = next(row for row in run["results"] if row["ruleId"] == "security/sql-injection")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 12
    assert result["properties"]["trace"] == project.traces()[0]["id"]


def test_javascript_and_typescript(project: GitRepo) -> None:
    """Models' lines in both languages are judged; a part that does not parse is unknown."""
    Agent(project).write("app.js", "eval(location.hash)\n")
    Agent(project).write(
        "web/db.ts",
        "export const f = (db: Db, n: string) =>\n  db.query(`SELECT a FROM t WHERE n = ${n}`);\n",
    )
    Agent(project).write("broken.mjs", "function (\n")
    project.git("add", ".")
    document = answer(project, "--staged", status=1)
    assert rows(document) == [("security/code-injection", 1, 94), ("security/sql-injection", 2, 89)]
    assert [(row["path"], row["reason"]) for row in document["unknown"]] == [
        ("broken.mjs", "line 1 does not parse, so flow was not followed")
    ]
