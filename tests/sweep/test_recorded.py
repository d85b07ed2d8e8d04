"""Recorded sessions of real agents: their transcripts alone give what their hooks report."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from gitprov.model.answers.sweep import SweepResult
from tests.support.recorded import RECORDED, START, Replay, lines
from tests.support.repo import GitRepo
from tests.sweep.opencode_database import fill
from tests.sweep.stories import swept

TRANSCRIPTS = {
    "claude-code": {
        "claude-code-2.1.332.transcript.jsonl": ".claude/projects/$SLUG/37f4a24e.jsonl",
        "claude-code-2.1.332.transcript-subagent.jsonl": (
            ".claude/projects/$SLUG/37f4a24e/subagents/agent-abb3dd34fd0fb894c.jsonl"
        ),
    },
    "codex": {"codex-0.171.0.transcript.jsonl": ".codex/sessions/2026/11/28/rollout-2026-11-28-01a2.jsonl"},
    "gemini": {"gemini-0.61.0.transcript.jsonl": ".gemini/tmp/repo/chats/session-2026-11-28.jsonl"},
    "qwen": {"qwen-0.24.4.transcript.jsonl": ".qwen/projects/$SLUG/chats/f9cd4000.jsonl"},
    "copilot": {
        "copilot-1.0.102.transcript-a.jsonl": ".copilot/session-state/278b3083/events.jsonl",
        "copilot-1.0.102.transcript-b.jsonl": ".copilot/session-state/7ba598eb/events.jsonl",
    },
    "pi": {"pi-0.73.1.transcript.jsonl": ".pi/agent/sessions/-$DASHES--/2026-11-28.jsonl"},
    "opencode": {"opencode-1.18.33.transcript.jsonl": ".local/share/opencode/opencode.db"},
}
RECORDINGS = {
    "codex": "codex-0.171.0.jsonl",
    "gemini": "gemini-0.61.0.jsonl",
    "qwen": "qwen-0.24.4.jsonl",
    "copilot": "copilot-1.0.102.jsonl",
    "pi": "pi-0.73.1.jsonl",
    "opencode": "opencode-1.18.33.jsonl",
}
NAMES = {
    "claude-code": ("claude-code", "claude-opus-4-5-20251101"),
    "codex": ("codex", "gpt-5.5"),
    "gemini": ("gemini-cli", "gemini-2.5-flash"),
    "qwen": ("qwen-code", "qwen3-coder-plus"),
    "copilot": ("copilot-cli", "claude-sonnet-4.5"),
    "pi": ("pi", "fake-model"),
    "opencode": ("opencode", "fake-model"),
}
HELLO = ("def hello():", "    return 'hello'", "", "", "print(hello())")


class Unreported(Replay):
    """A replay whose tools change the files, and whose hooks nobody has."""

    def deliver(self, payload: object, event: str | None = None, above: int = 0) -> None:
        """Nothing is reported."""


def place(repo: GitRepo, agent: str) -> None:
    """Put an agent's transcripts where it keeps them."""
    path = str(repo.path)
    for name, target in TRANSCRIPTS[agent].items():
        slug = re.sub(r"[^A-Za-z0-9]", "-", path)
        where = target.replace("$SLUG", slug).replace("$DASHES", path.replace("/", "-"))
        file = Path(repo.env["HOME"]) / where
        text = (RECORDED / name).read_text().replace("$REPO-HASH", hashlib.sha256(path.encode()).hexdigest())
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".db":
            fill(file, text.replace("$REPO", path))
        else:
            file.write_text(text.replace("$REPO", path))


def perform_calls(repo: GitRepo, agent: str) -> None:
    """Let the tools of Claude Code's transcripts change the files; those that failed have another result."""
    replay = Unreported(agent, repo)
    for name in TRANSCRIPTS[agent]:
        rows = [json.loads(line) for line in (RECORDED / name).read_text().splitlines()]
        blocks = [block for row in rows for block in row["message"]["content"] if isinstance(block, dict)]
        failed = {block["tool_use_id"] for block in blocks if block.get("is_error")}
        for block in blocks:
            if block["type"] == "tool_use" and block["id"] not in failed:
                call = {"tool_name": block["name"], "tool_input": block["input"]}
                replay.perform(json.loads(json.dumps(call).replace("$REPO", str(repo.path))))


@pytest.mark.slow
@pytest.mark.parametrize("agent", TRANSCRIPTS)
def test_a_recorded_session(project: GitRepo, agent: str) -> None:
    """The transcript alone gives each line of an edit to the agent, with the model and the prompt."""
    for path, text in START.items():
        project.write(path, text)
    project.commit("Start")
    if agent in RECORDINGS:
        Unreported(agent, project).run(RECORDINGS[agent])
    else:
        perform_calls(project, agent)
    place(project, agent)
    project.commit("Edits")
    name, model = NAMES[agent]
    assert lines(project, "hello.py") == [("ai", name, model, text) for text in HELLO]
    texts = {row for row in lines(project, "app.py") if row[:3] == ("ai", name, model)}
    assert {"line_3 = 33", "line_3b = 34", "line_15 = 1515", "line_20 = 2020"} <= {text for *_, text in texts}
    assert lines(project, "gen.txt") == [("ai", name, model, text) for text in ("one", "two")]
    if agent == "codex":
        assert lines(project, "renamed.txt") == [("ai", name, model, "changed")]
    traces = project.traces()
    assert {row["evidence"] for row in traces} == {"swept"}
    prompts = {project.generation_file(row["id"], "prompt.txt").decode().strip('"') for row in traces}
    assert {"Please make a greeting [[create]]", "Now the next thing, please [[edit]]"} <= prompts
    assert swept(project) == SweepResult()


@pytest.mark.parametrize("agent", RECORDINGS)
def test_hooks_and_transcript_together(project: GitRepo, agent: str) -> None:
    """What a hook reported is not recorded again from the transcript of the same session."""
    for path, text in START.items():
        project.write(path, text)
    project.commit("Start")
    Replay(agent, project).run(RECORDINGS[agent])
    before = len(project.events())
    place(project, agent)
    assert swept(project).events == 0
    assert len(project.events()) == before
