"""`gitprov versions`: generations of one prompt, in time, on commits made through installed hooks."""

from __future__ import annotations

import json

import pytest

from gitprov.errors import GitprovError
from gitprov.flow.behaviour.outputs import by_time
from gitprov.model.canonical import JsonObject
from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.versions import ask

TOTAL = "def total(rows):\n    result = 0\n    for row in rows:\n        result += row\n    return result\n"
RENAMED = "def total(rows):\n    s = 0\n    for r in rows:\n        s += r  # add\n    return s\n"
FLOATS = "def total(rows, start=0.0):\n    s = start\n    for r in rows:\n        s += r\n    return s\n"
PROMPT = "Write total(rows)"


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
    documents = [ask.versions(project, query) for query in (key, "total", "src/total.py", traces[1])]
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
    assert json.loads(project.gitprov("versions", key, "--json").stdout) == documents[0]
    text = project.gitprov("versions", key).stdout
    assert "3 generations" in text
    assert "changed signature of function total: def total(rows) → def total(rows, start=0.0)  line 1" in text


def test_nothing_has_the_name(project: GitRepo) -> None:
    """An unknown name is an error that says what may be named."""
    done = project.gitprov("versions", "no-such", check=False)
    assert done.returncode == 3
    assert "git ai-log" in done.stderr


def test_contents_that_are_not_kept(project: GitRepo, agent: Agent) -> None:
    """With digests alone, files are unknown, and nothing can be restored; a continued turn and a deleted file are shown."""
    agent.prompt(PROMPT).write("src/total.py", TOTAL)
    project.commit("Total")
    agent.write("src/more.py", FLOATS)
    (project.path / "src/total.py").unlink()
    agent.send({"v": 1, "type": "ai", "path": "src/total.py", "before": TOTAL, "after": None, **agent.facts})
    project.commit("More")
    project.write(".gitprov.toml", 'privacy = "hash-only"\n')
    agent.prompt(PROMPT).write("src/more.py", RENAMED)
    project.commit("Again")
    [series] = ask.versions(project, project.traces()[0]["id"])["series"]
    first, second, third = series["versions"]
    assert second["parent"] == first["trace"]
    assert [(file["path"], file["state"]) for file in second["files"]] == [
        ("src/more.py", "first"), ("src/total.py", "deleted"),
    ]  # fmt: skip
    assert [(file["state"], file["reason"]) for file in third["files"]] == [
        ("unread", "its content is not kept")
    ]
    with pytest.raises(GitprovError, match="its content is not kept"):
        ask.restore(project, third["trace"])
    document = ask.compare(project, second["trace"], third["trace"])
    assert {document[part]["state"] for part in ("text", "structure", "behaviour")} == {"unknown"}
    actions = {file.path: file.action for file in ask.restore(project, second["trace"]).files}
    assert actions == {"src/more.py": "written", "src/total.py": "same"}


def test_generations_of_one_second() -> None:
    """Moments count seconds: within one, the turns of a session decide, then the ids."""
    rows: list[JsonObject] = [
        {"at": "2026-01-01T00:00:00Z", "session": "s", "turn": "000002", "id": "gen_a"},
        {"at": "2026-01-01T00:00:00Z", "session": "s", "turn": "000001", "id": "gen_b"},
        {"at": "2025-12-31T23:59:59Z", "session": None, "id": "gen_d"},
        {"at": "2026-01-01T00:00:00Z", "session": "s", "turn": "000001", "id": "gen_a0"},
    ]
    assert [row["id"] for row in by_time(rows)] == ["gen_d", "gen_a0", "gen_b", "gen_a"]
