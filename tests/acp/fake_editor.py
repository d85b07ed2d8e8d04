"""An editor for tests: starts `gitprov acp` before an agent, and answers the agent's requests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.repo import GitRepo

AGENT = Path(__file__).with_name("fake_agent.py")


class FakeEditor:
    """One conversation about a repository. `rows`: all messages of the agent, as they came; `permits`: whether
    the person at the editor permits the agent's tools.
    """

    def __init__(self, repo: GitRepo, style: str = "whole", version: int = 1, *options: str) -> None:
        self.repo = repo
        self.rows: list[dict[str, Any]] = []
        self.requests = 0
        self.permits = True
        self.version = version
        self.words = ["gitprov", "acp", *options, "--", sys.executable, str(AGENT), style, str(version)]
        self.process = subprocess.Popen(
            self.words, cwd=repo.path, env=repo.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> FakeEditor:  # noqa: PYI034 - Self needs Python 3.11
        self.request("initialize", protocolVersion=self.version, clientCapabilities={})
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()

    def open(self) -> None:
        """Begin a session; the agent names them s1, s2 and so on."""
        self.request("session/new", cwd=str(self.repo.path), mcpServers=[])

    def prompt(self, words: str, *steps: list[Any], session: str = "s1") -> dict[str, Any]:
        """Send a prompt with the agent's steps, and wait for the end of the turn."""
        text = f"{words}\n{json.dumps(steps)}"
        return self.request("session/prompt", sessionId=session, prompt=[{"type": "text", "text": text}])

    def request(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request; serve the agent's requests until its answer comes."""
        self.requests += 1
        name = f"e{self.requests}"
        self.send({"id": name, "method": method, "params": params})
        while True:
            row = self.read()
            if row is None:
                return {}
            if row.get("id") == name:
                return row
            if "id" in row:
                self.send({"id": row["id"], "result": self.serve(row["method"], row["params"])})

    def serve(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Carry out a request of the agent."""
        if method == "fs/write_text_file":
            Path(params["path"]).write_text(params["content"])
            return {}
        return {"outcome": {"outcome": "selected", "optionId": "allow" if self.permits else "reject"}}

    def read(self) -> dict[str, Any] | None:
        """The next message that is JSON; None at the end of the stream."""
        assert self.process.stdout
        for line in self.process.stdout:
            try:
                row: dict[str, Any] = json.loads(line)
            except (ValueError, RecursionError):
                continue
            self.rows.append(row)
            return row
        return None

    def send(self, row: dict[str, Any]) -> None:
        """Write one message."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **row}) + "\n")
        self.process.stdin.flush()
