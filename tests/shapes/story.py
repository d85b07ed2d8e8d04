"""The main path through gitprov, told in any shape of repository: edit, ask, commit, ask again."""

from __future__ import annotations

import json
from typing import Any

from tests.support.agent import Agent
from tests.support.commits import claims, gate
from tests.support.repo import GitRepo

BASE = "first = 0\nlast = 9\n"
MODEL = "first = 0\nmodel_1 = 1\nmodel_2 = 2\nlast = 9\n"
CLASSES = ["unknown", "ai", "ai", "unknown"]


def tell(repo: GitRepo, path: str = "src/a.py", *, base: bool = True, inner: str | None = None) -> str:
    """A person's file, a model's edit, and all that can be asked about it; every answer is checked line by line.

    `base` False leaves the person's commit out: then all four lines are the model's. `inner` is the path from the
    work tree's top where that is not `path`. Returns the commit.
    """
    inner = inner or path
    if base:
        repo.write(path, BASE)
        repo.commit("Base", path)
        assert repo.note() == []
    agent = Agent(repo, session="story")
    agent.prompt("Fill it in.").write(path, MODEL)
    wanted = CLASSES if base else ["ai"] * 4
    count = wanted.count("ai")
    assert counts(repo) == {inner: (0, count, 0)}
    if base:
        assert repo.classes(path) == wanted
    repo.git("add", "--", path)
    assert counts(repo) == {inner: (count, 0, 0)}
    oid = repo.commit_staged("Model")
    assert gate(repo) == "passed"
    assert claims(repo) == {inner: {"ai": "2-3" if base else "1-4"}}
    told(repo, path, oid, wanted)
    return oid


def told(repo: GitRepo, path: str, oid: str, wanted: list[str], rev: tuple[str, ...] = ()) -> None:
    """What blame, log, show and status say of a commit of the story."""
    rows = repo.ai_blame(path, *rev)["lines"]
    assert [row["class"] for row in rows] == wanted
    assert [row["text"] for row in rows] == MODEL.splitlines()
    ours = [row for row in rows if row["class"] == "ai"]
    assert {(row["commit"], row["agent"], row["model"], row["evidence"]) for row in ours} == {
        (oid, "my-tool", "model-1", "captured")
    }
    [trace] = {row["trace"] for row in ours}
    listed = [
        json.loads(row) for row in repo.git("ai-log", "--json", "--trace", trace, *rev).stdout.splitlines()
    ]
    assert [(row["commit"], row["ai_lines"]) for row in listed] == [(oid, len(ours))]
    answer = json.loads(repo.gitprov("show", "--json", trace).stdout)
    assert (answer["state"], answer["prompt"]["text"]) == ("committed", "Fill it in.")
    assert [(one["commit"], one["delta"]["kept"]) for one in answer["commits"]] == [(oid, len(ours))]
    if not rev:
        assert counts(repo) == {}


def counts(repo: GitRepo) -> dict[str, tuple[int, int, int]]:
    """Path → (staged, pending, dropped) lines, as `gitprov status` counts them."""
    found = status(repo)["files"]
    return {one["path"]: (one["staged"], one["pending"], one["dropped"]) for one in found}


def status(repo: GitRepo) -> dict[str, Any]:
    """The document of `gitprov status --json`."""
    answer: dict[str, Any] = json.loads(repo.gitprov("status", "--json").stdout)
    return answer
