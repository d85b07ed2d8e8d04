"""An agent that reports in the plug-in protocol, inside this process: evidence for the price of a file."""

from __future__ import annotations

import json
from typing import Any

from gitprov.flow.capture.dispatch import capture
from gitprov.flow.capture.moment import Moment
from tests.support import sealed
from tests.support.repo import GitRepo


class Agent:
    """One session of a tool. Every verb changes the work tree and reports it as `gitprov capture generic` would."""

    def __init__(
        self, repo: GitRepo, *, name: str = "my-tool", session: str = "s1", model: str | None = "model-1"
    ) -> None:
        self.repo = repo
        self.name = name
        self.session = session
        self.model = model
        self.turn = 0
        self.facts: dict[str, Any] = {}

    def prompt(self, text: str | None = "do it", **facts: object) -> Agent:
        """The developer asks for something; `facts` go into every report of the turn, None takes one out."""
        self.turn += 1
        told = {
            "agent": self.name,
            "session": self.session,
            "model": self.model,
            "turn": f"t{self.turn}",
            "prompt": text,
            "output": f"output of turn {self.turn}",
            **facts,
        }
        self.facts = {key: value for key, value in told.items() if value is not None}
        return self

    def write(self, path: str, content: str | bytes) -> None:
        """The model writes a whole file."""
        if not self.facts:
            self.prompt()
        self._report("ai", path, content, self.facts)

    def person(self, path: str, content: str | bytes, human: str | None = None) -> None:
        """A person types; the tool's editor saw it."""
        facts = {} if human is None else {"human": human}
        self._report("human", path, content, facts)

    def _report(self, kind: str, path: str, content: str | bytes, facts: dict[str, Any]) -> None:
        target = self.repo.path / path
        row = {"v": 1, "type": kind, "path": path, **facts}
        if not target.exists():
            row["before"] = None
        elif (old := _text(target.read_bytes())) is not None:
            row["before"] = old
        self.repo.write(path, content)
        self.send(row)

    def send(self, row: dict[str, Any]) -> None:
        """Deliver one report; nothing may go wrong with it."""
        moment = Moment(sealed.clock(self.repo.env), self.repo.env, str(self.repo.path))
        problem = capture("generic", json.dumps(row).encode("utf-8"), moment)
        assert problem is None, problem
        logs = list(self.repo.path.glob(".git/gitprov/inbox/*/log"))
        assert not logs, logs[0].read_text()


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
