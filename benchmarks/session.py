"""An agent's session made quickly: the payloads and transcript rows of Claude Code, captured in this
process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from gitprov.flow.capture.dispatch import capture
from gitprov.flow.capture.moment import Moment

SESSION = "0b9c41d2-e7aa-4c1e-9d52-3f8a61c2b7d0"
MODEL = "claude-opus-4-5-20251101"


class Session:
    """One session in one work tree. Edits write the file too."""

    def __init__(self, root: Path, env: Mapping[str, str]) -> None:
        self.root = root
        self.env = env
        self.transcript = Path(env["HOME"]) / ".claude" / "projects" / "bench" / f"{SESSION}.jsonl"
        self.transcript.parent.mkdir(parents=True, exist_ok=True)
        self.command: list[str] = []
        self._count = 0

    def prompt(self, text: str) -> None:
        """The developer asks."""
        self.hook("UserPromptSubmit", prompt=text)
        self._row("user", {"role": "user", "content": text})

    def edit(self, path: str, old: str, new: str) -> None:
        """The agent replaces `old`, which stands in the file once; an empty `old` writes the whole file."""
        name, given = self.ask(path, old, new)
        file = self.root / path
        before = file.read_text() if file.exists() else None
        after = (before or "").replace(old, new, 1) if old else new
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(after)
        self.hook("PostToolUse", **self.told(name, given, before, after))

    def ask(self, path: str, old: str, new: str) -> tuple[str, dict[str, Any]]:
        """The model asks for the tool: its row, and PreToolUse. Returns the tool and its input."""
        self._count += 1
        name = "Edit" if old else "Write"
        given: dict[str, Any] = {"file_path": str(self.root / path)}
        given |= {"old_string": old, "new_string": new} if old else {"content": new}
        block = {"type": "tool_use", "id": self.tool_use_id, "name": name, "input": given}
        self._answer(block, "tool_use")
        self.hook("PreToolUse", tool_name=name, tool_input=given, tool_use_id=self.tool_use_id)
        return name, given

    def told(self, name: str, given: dict[str, Any], before: str | None, after: str) -> dict[str, Any]:
        """What PostToolUse says of an edit, besides what every payload says."""
        if name == "Edit":
            said = {"oldString": given["old_string"], "newString": given["new_string"], "replaceAll": False}
        else:
            said = {"type": "update" if before is not None else "create", "content": after}
        response = {"filePath": given["file_path"], "originalFile": before, "userModified": False, **said}
        return {
            "tool_name": name,
            "tool_input": given,
            "tool_response": response,
            "tool_use_id": self.tool_use_id,
        }

    def stop(self, text: str = "Done.") -> None:
        """The turn ends."""
        self._answer({"type": "text", "text": text}, "end_turn")
        self.hook("Stop", stop_hook_active=False, last_assistant_message=text)

    @property
    def tool_use_id(self) -> str:
        """The id of the latest tool use."""
        return f"toolu_{self._count:024d}"

    def hook(self, name: str, **fields: object) -> None:
        """Capture one payload, here and now, or pipe it to `command`."""
        if self.command:
            common.run(self.command, cwd=self.root, env=self.env, stdin=self.payload(name, **fields))
            return
        problem = capture(
            "claude-code", self.payload(name, **fields), Moment(time.time(), self.env, str(self.root))
        )
        if problem:
            raise SystemExit(problem)

    def payload(self, name: str, **fields: object) -> bytes:
        """One payload as it comes on stdin."""
        row = {
            "session_id": SESSION,
            "transcript_path": str(self.transcript),
            "cwd": str(self.root),
            "permission_mode": "acceptEdits",
            "hook_event_name": name,
        }
        return json.dumps({**row, **fields}, separators=(",", ":")).encode()

    def _answer(self, block: dict[str, Any], reason: str) -> None:
        message = {
            "id": f"msg_{self._count:024d}",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [block],
            "stop_reason": reason,
            "usage": {"input_tokens": 12, "output_tokens": 40},
        }
        self._row("assistant", message, requestId=f"req_{self._count:024d}")

    def _row(self, kind: str, message: dict[str, Any], **fields: str) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        row = {
            "type": kind,
            "isSidechain": False,
            "sessionId": SESSION,
            "version": "2.1.0",
            "cwd": str(self.root),
        }
        with self.transcript.open("a", encoding="utf-8") as out:
            out.write(json.dumps({**row, "message": message, "timestamp": moment, **fields}) + "\n")
