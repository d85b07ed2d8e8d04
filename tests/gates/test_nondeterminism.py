"""`gitprov check nondeterminism`: an agent's lines, in the index and on disk."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from gitprov.checks.nondeterminism.hazard import Uncertainty
from gitprov.flow.gates import nondeterminism as gate
from gitprov.flow.gates.subjects import Subject
from gitprov.model.ranges import LineSet
from tests.support.agent import Agent
from tests.support.repo import GitRepo

LISTING = "import os\n\n\ndef names(path):\n    return ' '.join(os.listdir(path))\n"


def answer(repo: GitRepo, *args: str, status: int = 0) -> dict[str, Any]:
    """The document of a check."""
    done = repo.gitprov("check", "nondeterminism", "--format", "json", *args, check=False)
    assert done.returncode == status, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_lines_of_a_model(repo: GitRepo) -> None:
    """A model's line is reported with its author; a person's only on request."""
    repo.install()
    repo.write("person.py", LISTING)
    repo.commit("Begin")
    Agent(repo).write("tool.py", LISTING)
    repo.git("add", ".")
    (row,) = answer(repo, "--staged", status=1)["findings"]
    assert (row["id"], row["path"], row["line"]) == ("nondeterminism/directory-order", "tool.py", 5)
    assert (row["agent"], row["severity"]) == ("my-tool", "medium")
    repo.commit_staged("Add")
    assert len(answer(repo, ".", status=1)["findings"]) == 1
    assert len(answer(repo, ".", "--all-lines", status=1)["findings"]) == 2
    answer(repo, ".", "--all-lines", "--baseline=old.json", "--write-baseline")
    assert answer(repo, ".", "--all-lines", "--baseline=old.json")["counts"]["baseline"] == 2


def test_a_file_that_does_not_parse(repo: GitRepo) -> None:
    """It is unknown, and fails under `--strict`."""
    repo.install()
    repo.write("a.txt", "x\n")
    repo.commit("Begin")
    Agent(repo).write("tool.py", "def f(:\n")
    repo.git("add", ".")
    assert answer(repo, "--staged")["status"] == "unknown"
    answer(repo, "--staged", "--strict", status=1)


def test_a_rule_that_hangs_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its expression would need years; the file is given up, and the next is judged."""

    def hang(path: str, _text: str, _lines: LineSet) -> tuple[list[Uncertainty], list[str]]:
        if path == "a.py":
            re.match(r"(a+)+$", "a" * 60 + "b")
        return [Uncertainty("directory-order", 5, 5, "os.listdir()")], []

    monkeypatch.setattr(gate, "_HARD_LIMIT", 0.2)
    monkeypatch.setattr("gitprov.checks.nondeterminism.check.sightings", hang)
    lines = LineSet.of_runs([(1, 5)])
    subjects = [Subject(path, LISTING.encode(), lines) for path in ("a.py", "b.py")]
    findings = list(gate.nondeterminism(subjects, True))
    assert [(row.path, row.rule) for row in findings] == [
        ("a.py", "nondeterminism/unread"),
        ("b.py", "nondeterminism/directory-order"),
    ]
    assert "longer than 0.2 seconds" in findings[0].message
