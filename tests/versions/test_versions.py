"""`gitprov versions`: generations of one prompt, in time, on commits made through installed hooks."""

from __future__ import annotations

import json
from typing import Any

from tests.support.agent import Agent
from tests.support.repo import GitRepo

TOTAL = "def total(rows):\n    result = 0\n    for row in rows:\n        result += row\n    return result\n"
RENAMED = "def total(rows):\n    s = 0\n    for r in rows:\n        s += r  # add\n    return s\n"
FLOATS = "def total(rows, start=0.0):\n    s = start\n    for r in rows:\n        s += r\n    return s\n"
PROMPT = "Write total(rows)"


def answer(repo: GitRepo, *args: str) -> dict[str, Any]:
    """The document of a command line."""
    document: dict[str, Any] = json.loads(repo.gitprov(*args, "--json").stdout)
    return document


def generate(repo: GitRepo, agent: Agent, content: str, **facts: object) -> str:
    """Let a model write src/total.py, commit, and return the trace."""
    repo.tick()
    agent.prompt(PROMPT, prompt_name="total", at=None, **facts).write("src/total.py", content)
    repo.commit("Total")
    [row] = repo.traces()
    return str(row["id"])


def test_a_prompt_that_ran_three_times(project: GitRepo, agent: Agent) -> None:
    """Three generations of one prompt: other words only, then another signature; by key, name, path and trace."""
    traces = [generate(project, agent, text) for text in (TOTAL, RENAMED, FLOATS)]
    key = project.generation(traces[0])["key"]
    documents = [answer(project, "versions", query) for query in (key, "total", "src/total.py", traces[1])]
    assert [document["kind"] for document in documents] == ["key", "name", "path", "trace"]
    for document in documents:
        [series] = document["series"]
        assert (series["key"], series["model"], series["prompt"]) == (key, "model-1", PROMPT)
        assert [version["trace"] for version in series["versions"]] == traces
        first, second, third = (version["files"][0] for version in series["versions"])
        assert (first["state"], first["added"]) == ("first", 5)
        assert (second["state"], second["against"], second["structure"]["state"]) == (
            "changed",
            traces[0],
            "same",
        )
        assert third["structure"]["state"] == "differs"
        [change] = third["changes"]
        assert change["signature"] == ["def total(rows)", "def total(rows, start=0.0)"]
    text = project.gitprov("versions", key).stdout
    assert "3 generations" in text
    assert "changed signature of function total: def total(rows) → def total(rows, start=0.0)  line 1" in text


def test_nothing_has_the_name(project: GitRepo) -> None:
    """An unknown name is an error that says what may be named."""
    done = project.gitprov("versions", "no-such", check=False)
    assert done.returncode == 3
    assert "git ai-log" in done.stderr
