"""Replays what real agents reported: recorded payloads, with their tools' effects on real files between them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from gitprov.agents.payloads import patch, tools
from gitprov.flow.capture.dispatch import capture
from gitprov.flow.capture.moment import Moment
from tests.support import sealed
from tests.support.repo import GitRepo

RECORDED = Path(__file__).parents[1] / "agents" / "recorded"
APP = "".join(f"line_{n} = {n}\n" for n in range(1, 21))
START = {"app.py": APP, "old.txt": "to be removed\n", "name.txt": "to be renamed\nsecond\n"}
"""The files that the recorded sessions began with."""

Row = dict[str, Any]


def rows(name: str, repo: GitRepo) -> list[Row]:
    """The rows of a recording, with the paths of this repository and home."""
    text = (RECORDED / name).read_text()
    slug = str(repo.path).replace("/", "-")
    text = (
        text.replace("$REPO-SLUG", slug).replace("$REPO", str(repo.path)).replace("$HOME", repo.env["HOME"])
    )
    return [json.loads(line) for line in text.splitlines()]


class Replay:
    """One agent. `deliver` sends a payload; `run` a whole recording, which makes each edit between its hooks."""

    def __init__(self, agent: str, repo: GitRepo) -> None:
        self.agent = agent
        self.repo = repo

    def deliver(self, payload: object, event: str | None = None, above: int = 0) -> None:
        """Capture one payload in this process; nothing may be reported outside of the log.

        `above` is the process that started the hook: the agent.
        """
        now = sealed.clock(self.repo.env)
        moment = Moment(now, self.repo.env, str(self.repo.path), above=above)
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        assert capture(self.agent, data, moment, event) is None

    def run(self, recording: str, *, skip: str = "") -> None:
        """Deliver a recording. Tools named `skip` change nothing, as if a person had refused them."""
        for row in rows(recording, self.repo):
            payload, event = row["payload"], row["event"]
            name = _event_of(payload) or event
            if _is_done(name, payload):
                self.perform(payload, skip)
            self.deliver(payload, event)
            if _runs_unreported(name, payload):
                self.perform(payload, skip)

    def perform(self, payload: Row, skip: str = "") -> None:
        """What the payload's tool does to the files."""
        tool, value = _tool_of(payload)
        if tool == skip:
            return
        command = tools.command_of(tool, value)
        if command is not None and patch.BEGIN not in command:
            subprocess.run(["sh", "-c", command], cwd=self.repo.path, env=self.repo.env, check=False)
            return
        for edit in tools.edits_of(tool, value):
            path = self.repo.path / edit.path
            source = self.repo.path / (edit.source or edit.path)
            if edit.removed:
                path.unlink(missing_ok=True)
            elif edit.content is not None:
                self.repo.write(edit.path, edit.content)
            elif edit.chunks:
                path.write_bytes(patch.apply(source.read_bytes(), edit.chunks) or source.read_bytes())
            else:
                text = path.read_text()
                for old, new, _ in edit.replaces:
                    text = text.replace(old, new, 1)
                path.write_text(text)


def _event_of(payload: Row) -> str | None:
    """The event that a payload names."""
    name = payload.get("hook_event_name") or payload.get("hook") or payload.get("event", {}).get("type")
    return name if isinstance(name, str) else None


def _tool_of(payload: Row) -> tuple[str | None, Any]:
    """The tool of a payload and its arguments."""
    call = payload.get("tool_call") or payload.get("tool_result")
    if isinstance(call, dict) and "input" in call:
        arguments = call["input"]
        if call["name"] == "editor":
            return ("edit" if "old_text" in arguments else "write"), {
                **arguments,
                "content": arguments["new_text"],
            }
        return call["name"], arguments
    inner = payload.get("event", {})
    tool = payload.get("tool_name") or payload.get("toolName") or payload.get("tool") or inner.get("toolName")
    for name in ("tool_input", "toolArgs", "args"):
        if name in payload:
            return tool, payload[name]
    return tool, inner.get("input")


def _is_done(name: str | None, payload: Row) -> bool:
    """Whether the tool of a payload has just run without a failure."""
    answer = payload.get("tool_response")
    failed = isinstance(answer, dict) and answer.get("error")
    failed = failed or payload.get("event", {}).get("isError")
    return name in _DONE and not failed


_DONE = ("PostToolUse", "AfterTool", "postToolUse", "tool.execute.after", "tool_result")


def _runs_unreported(name: str | None, payload: Row) -> bool:
    """Whether the announced tool runs and is not reported as done: Codex's patches in shell commands."""
    return name == "PreToolUse" and payload.get("tool_name") == "Bash" and patch.BEGIN in str(payload)


def lines(repo: GitRepo, path: str) -> list[tuple[str, str | None, str | None, str]]:
    """(class, agent, model, text) of each line that is not `unknown`, in order."""
    answer = repo.ai_blame(path)["lines"]
    return [
        (row["class"], row["agent"], row["model"], row["text"]) for row in answer if row["class"] != "unknown"
    ]
