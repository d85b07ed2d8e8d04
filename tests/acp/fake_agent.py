"""An agent for tests: speaks the Agent Client Protocol on its standard streams and does what each prompt lists.

A prompt is JSON: a list of steps, each `[what, …]`. Run as a script.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


class FakeAgent:
    """One conversation. `style`: whether diffs show the whole file or the replaced part."""

    def __init__(self, style: str, version: int) -> None:
        self.style = style
        self.version = version
        self.cwd = Path()
        self.calls = 0
        self.sessions = 0
        self.session = "s1"

    def send(self, **row: Any) -> None:
        """Write one message."""
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **row}) + "\n")
        sys.stdout.flush()

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        self.calls += 1
        self.send(id=self.calls, method=method, params={"sessionId": self.session, **params})
        answer: dict[str, Any] = json.loads(sys.stdin.readline())
        return answer

    def update(self, **fields: Any) -> None:
        """Send a notification about the session."""
        self.send(method="session/update", params={"sessionId": self.session, "update": fields})

    def run(self) -> None:
        """Answer requests until the editor closes the stream."""
        for line in sys.stdin:
            row = json.loads(line)
            if "id" in row:
                self.send(id=row["id"], result=self.answer(row["method"], row.get("params") or {}))

    def answer(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The result of a request of the editor."""
        if method == "initialize":
            info = {"name": "fake-agent", "version": "1.2.3"}
            return {"protocolVersion": self.version, "agentInfo": info, "agentCapabilities": {}}
        if method == "session/new":
            self.cwd = Path(params["cwd"])
            self.sessions += 1
            option = {
                "id": "model",
                "category": "model",
                "type": "select",
                "currentValue": "fake-model",
                "name": "m",
                "options": [],
            }
            return {"sessionId": f"s{self.sessions}", "configOptions": [option]}
        if method == "session/load":
            self.cwd = Path(params["cwd"])
            self.update(
                sessionUpdate="tool_call",
                toolCallId="old",
                title="Edit",
                kind="edit",
                status="completed",
                content=[self.diff("a.py", "", (self.cwd / "a.py").read_text())],
            )
            return {}
        if method == "session/prompt":
            self.session = params["sessionId"]
            for step in json.loads(params["prompt"][0]["text"].partition("\n")[2]):
                getattr(self, "do_" + step[0])(*step[1:])
            self.update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": "Done."})
            return {
                "stopReason": "end_turn",
                "usage": {"totalTokens": 12, "inputTokens": 7, "outputTokens": 5},
            }
        return {}

    def diff(self, path: str, old: str | None, new: str) -> dict[str, Any]:
        """A diff of a tool call."""
        return {"type": "diff", "path": str(self.cwd / path), "oldText": old, "newText": new}

    def do_write(self, path: str, content: str) -> None:
        """Let the editor write a file."""
        self.ask("fs/write_text_file", {"path": str(self.cwd / path), "content": content})

    def do_replace(
        self, path: str, old: str, new: str, ending: str = "completed", permission: bool = True
    ) -> None:
        """Replace a text in a file, by a tool of its own."""
        self.calls += 1
        call, place = f"call-{self.calls}", self.cwd / path
        before = place.read_text() if place.exists() else None
        after = new if before is None else before.replace(old, new)
        shown = self.diff(path, before, after) if self.style == "whole" else self.diff(path, old, new)
        facts: dict[str, Any] = {
            "toolCallId": call,
            "title": f"Edit {path}",
            "kind": "edit",
            "content": [shown],
        }
        self.update(sessionUpdate="tool_call", status="pending", **facts)
        if permission and not self.permitted(facts):
            ending = "failed"
        if ending == "completed":
            place.write_text(after)
        self.update(sessionUpdate="tool_call_update", toolCallId=call, status=ending)

    def do_delete(self, path: str) -> None:
        """Remove a file, by a tool of its own that shows the file's place."""
        self.place_tool("delete", [path], (self.cwd / path).unlink)

    def do_rename(self, path: str, target: str, old: str = "", new: str = "", shows: bool = False) -> None:
        """Rename a file and replace a text in it; `shows`: the replacement is a diff of the tool."""
        text = (self.cwd / path).read_text()
        sides = (text, text.replace(old, new)) if self.style == "whole" else (old, new)
        content = [self.diff(target, *sides)] if shows else []

        def change() -> None:
            (self.cwd / path).unlink()
            (self.cwd / target).write_text(text.replace(old, new))

        self.place_tool("move", [path, target], change, content)

    def place_tool(
        self, kind: str, paths: list[str], change: Callable[[], None], content: Sequence[Any] = ()
    ) -> None:
        """A tool use with the places of its files, for which the agent asks permission; a person may refuse."""
        self.calls += 1
        call = f"call-{self.calls}"
        facts: dict[str, Any] = {
            "toolCallId": call,
            "title": kind,
            "kind": kind,
            "locations": [{"path": str(self.cwd / path)} for path in paths],
            "content": list(content),
        }
        self.update(sessionUpdate="tool_call", status="pending", **facts)
        permitted = self.permitted(facts)
        if permitted:
            change()
        ending = "completed" if permitted else "failed"
        self.update(sessionUpdate="tool_call_update", toolCallId=call, status=ending)

    def permitted(self, facts: dict[str, Any]) -> bool:
        """Whether the editor's person permits a tool use."""
        answer = self.ask("session/request_permission", {"toolCall": facts, "options": []})
        return bool(answer["result"]["outcome"].get("optionId") == "allow")

    def do_silent(self, path: str, content: str) -> None:
        """Change a file by an editing tool that shows the file's place alone."""
        facts = {
            "toolCallId": "silent",
            "title": "Edit",
            "kind": "edit",
            "locations": [{"path": str(self.cwd / path)}],
        }
        self.ask("session/request_permission", {"toolCall": facts, "options": []})
        (self.cwd / path).write_text(content)
        self.update(sessionUpdate="tool_call_update", toolCallId="silent", status="completed")

    def do_say(self, text: str) -> None:
        """Answer with a text."""
        self.update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": text})

    def do_send(self, text: str) -> None:
        """Send text as it is, JSON or not."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def do_exit(self, status: int) -> None:
        """End at once; a negative status is a signal."""
        if status < 0:
            os.kill(os.getpid(), -status)
            signal.pause()
        os._exit(status)


if __name__ == "__main__":
    FakeAgent(sys.argv[1], int(sys.argv[2])).run()
