"""Recorded sessions of real agents, replayed into a real repository: whose lines the commit has in the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitprov.agents.payloads import adapters, table
from tests.support.recorded import RECORDED, START, Replay, lines
from tests.support.repo import GitRepo
from tools import agents_table

FIRST = "Please make a greeting [[create]]"
HELLO = ["def hello():", "    return 'hello'", "", "", "print(hello())"]
CASES = {
    "codex": ("codex-0.171.0.jsonl", "codex", "gpt-5.5"),
    "gemini": ("gemini-0.61.0.jsonl", "gemini-cli", None),
    "copilot": ("copilot-1.0.102.jsonl", "copilot-cli", None),
    "opencode": ("opencode-1.18.33.jsonl", "opencode", "fake-model"),
    "qwen": ("qwen-0.24.4.jsonl", "qwen-code", "qwen3-coder-plus"),
    "cline": ("cline-3.0.65.jsonl", "cline", None),
    "pi": ("pi-0.73.1.jsonl", "pi", "fake-model"),
}


@pytest.fixture
def started(hooked: GitRepo) -> GitRepo:
    """A repository with the files that the recorded sessions began with."""
    for path, text in START.items():
        hooked.write(path, text)
    hooked.commit("Start")
    return hooked


@pytest.mark.slow
@pytest.mark.parametrize("agent", CASES)
def test_a_recorded_session(started: GitRepo, agent: str) -> None:
    """Every line that the agent's tools wrote is the agent's, with the prompt that it wrote it for."""
    recording, name, model = CASES[agent]
    Replay(agent, started).run(recording)
    log = started.inbox() / "log"
    assert not log.exists() or log.read_text() == ""
    started.commit("Edits")
    assert lines(started, "hello.py") == [("ai", name, model, text) for text in HELLO]
    texts = {text for *_, text in lines(started, "app.py")}
    assert {"line_3 = 33", "line_3b = 34", "line_15 = 1515"} <= texts
    assert "line_1 = 1" not in texts
    assert "line_20 = 2020" in texts
    assert [text for *_, text in lines(started, "gen.txt")] == ["one", "two"]
    if agent == "codex":
        assert {"line_9 = 99", "line_6 = 66"} <= texts
        assert [text for *_, text in lines(started, "renamed.txt")] == ["changed"]
    if agent != "cline":  # its payloads have no prompts
        ids = [row["trace"] for row in traces(started)]
        prompts = {started.generation_file(trace, "prompt.txt").decode().strip('"') for trace in ids}
        assert FIRST in prompts
        assert "" not in prompts
    assert not (started.inbox() / "spool").exists() or not list((started.inbox() / "spool").glob("intent-*"))


def traces(repo: GitRepo) -> list[dict[str, Any]]:
    """The traces of HEAD, as `gitprov show --json` has them."""
    rows: list[dict[str, Any]] = json.loads(repo.gitprov("show", "HEAD", "--json").stdout)["traces"]
    return rows


RECORDS = {
    "gemini": (".gemini/tmp/repo/chats/session-2026-11-28T16-55-3e3287a9.jsonl", "gemini-2.5-flash", None),
    "copilot": (
        ".copilot/session-state/278b3083-9f7c-44cf-a65d-063b7db7c62a/events.jsonl",
        "claude-sonnet-4.5",
        "1.0.102",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("agent", RECORDS)
def test_the_model_is_in_the_sessions_record(started: GitRepo, agent: str) -> None:
    """Where payloads name no model, the agent's own record of the session does, and doctor names the version."""
    path, model, version = RECORDS[agent]
    recording, name, _ = CASES[agent]
    target = Path(started.env["HOME"]) / path
    target.parent.mkdir(parents=True)
    target.write_bytes((RECORDED / recording.replace(".jsonl", ".session.jsonl")).read_bytes())
    Replay(agent, started).run(recording)
    started.commit("Edits")
    assert {row[:3] for row in lines(started, "hello.py")} == {("ai", name, model)}
    done = started.gitprov("doctor", "--json", check=False)
    (state,) = [row for row in json.loads(done.stdout)["agents"] if row["name"] == agent]
    assert (state["present"], state["hooked"], state["version"]) == (True, [], version)
    assert state["heard"] is not None
    shown = started.gitprov("doctor", check=False).stdout
    assert "not connected now, last heard from" in shown


def test_the_table_is_in_the_docs() -> None:
    """docs/agents.md has the table of agents as it is; every adapter and every agent of the table is there."""
    page = agents_table.PAGE.read_text()
    assert agents_table.current(page) == page
    assert {row.name for row in table.ROWS} == {*adapters.MODULES}
    assert table.row_of("nobody") is None
