"""Recorded sessions of real agents, replayed into a real repository: whose lines the commit has in the end."""

from __future__ import annotations

import pytest

from tests.support.recorded import START, Replay, lines
from tests.support.repo import GitRepo

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
    assert not (started.inbox() / "spool").exists() or not list((started.inbox() / "spool").glob("intent-*"))
