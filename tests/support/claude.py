"""An agent that behaves as Claude Code does: real hook payloads to real processes, a real transcript on disk."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from tests.support import sealed
from tests.support.repo import GitRepo, run

Json: TypeAlias = dict[str, Any]
Act: TypeAlias = Callable[[], None]

MODEL = "claude-opus-4-5-20251101"
SESSION = "0b9c41d2-e7aa-4c1e-9d52-3f8a61c2b7d0"
COMMAND = ("gitprov", "capture", "claude-code")


class ClaudeSession:
    """One session. Every verb writes the transcript rows and pipes the hook payloads in the agent's own order.

    Knobs, all plain attributes: `model` (may change between turns; None writes a row without one), `lag` (rows are
    held back until the next prompt, stop or `flush`, as when the transcript is written late), `transcript` (False:
    the file named in the payloads never appears), `command` (what the payloads are piped to), `hooks` (names of the
    hook events the user has configured; None: all).

    Verbs that edit take `during` (called between PreToolUse and the agent's write: something else changes the file)
    and `after_write` (called between the write and PostToolUse).
    """

    def __init__(self, repo: GitRepo, *, session_id: str = SESSION, model: str | None = MODEL) -> None:
        self.repo = repo
        self.session_id = session_id
        self.model = model
        self.lag = False
        self.transcript = True
        self.command: Sequence[str] = COMMAND
        self.hooks: set[str] | None = None
        self.results: list[subprocess.CompletedProcess[str]] = []
        self.payloads: list[Json] = []
        self.permission_mode = "acceptEdits"
        self._sub: tuple[str, str] | None = None  # (agent id, agent type) while a subagent speaks
        self._held: list[tuple[Path, Json]] = []
        self._parents: dict[Path, str] = {}
        self._count = 0
        self._message = 0
        self._started = False

    # -- where things are ------------------------------------------------------------------------------------------

    @property
    def slug(self) -> str:
        """The name Claude Code gives the project's folder: every non-alphanumeric of the path becomes a dash."""
        return re.sub(r"[^A-Za-z0-9]", "-", str(self.repo.path))

    @property
    def projects(self) -> Path:
        """The folder of this project's transcripts."""
        return Path(self.repo.env["HOME"]) / ".claude" / "projects" / self.slug

    @property
    def transcript_path(self) -> Path:
        """The session's own transcript."""
        return self.projects / f"{self.session_id}.jsonl"

    @property
    def agent_transcript_path(self) -> Path:
        """The transcript of whoever speaks now: the subagent's, or the session's own."""
        if self._sub is None:
            return self.transcript_path
        return self.projects / self.session_id / "subagents" / f"agent-{self._sub[0]}.jsonl"

    # -- the session -----------------------------------------------------------------------------------------------

    def start(self, source: str = "startup") -> None:
        """SessionStart: `source` is startup, resume, clear or compact."""
        self._started = True
        self.hook("SessionStart", source=source, **({"model": self.model} if self.model else {}))

    def end(self, reason: str = "other") -> None:
        """SessionEnd."""
        self.flush()
        self.hook("SessionEnd", reason=reason)

    def prompt(self, text: str) -> None:
        """The developer asks for something: UserPromptSubmit first, then its row."""
        if not self._started:
            self.start()
        self.flush()
        self.repo.tick(1)
        self.hook("UserPromptSubmit", prompt=text)
        self._row({"type": "user", "message": {"role": "user", "content": text}})
        self._message += 1

    def say(self, text: str) -> None:
        """The model writes prose; no hook is fired for it."""
        self._assistant({"type": "text", "text": text}, "tool_use")

    def stop(self, text: str = "Done.") -> None:
        """The turn ends with a last message: Stop."""
        self._message += 1
        self._assistant({"type": "text", "text": text}, "end_turn")
        self.flush()
        self.hook("Stop", stop_hook_active=False, last_assistant_message=text)

    @contextmanager
    def subagent(
        self, task: str, *, agent_type: str = "general-purpose", text: str = "Done."
    ) -> Iterator[None]:
        """What happens inside is done by a subagent: its own transcript, `agent_id` in the payloads, SubagentStop."""
        tool_use_id = self._tool_use(
            "Task", {"description": task[:40], "prompt": task, "subagent_type": agent_type}
        )
        agent_id = self._hex("agent", self._count)[:8]
        self._sub = (agent_id, agent_type)
        self._row({"type": "user", "message": {"role": "user", "content": task}})
        yield
        self._assistant({"type": "text", "text": text}, "end_turn")
        self.flush()
        path = str(self.agent_transcript_path)
        self._sub = None
        self.hook(
            "SubagentStop",
            agent_id=agent_id,
            agent_type=agent_type,
            agent_transcript_path=path,
            stop_hook_active=False,
            last_assistant_message=text,
        )
        self._tool_result(tool_use_id, text, {"status": "completed", "agentId": agent_id})

    # -- tools -----------------------------------------------------------------------------------------------------

    def write_file(
        self,
        path: str,
        content: str,
        *,
        accepted: str | None = None,
        during: Act | None = None,
        after_write: Act | None = None,
    ) -> None:
        """Write: the whole file. `accepted` is what the developer made of the proposal before saying yes."""
        file = self._absolute(path)
        tool_input = {"file_path": str(file), "content": content}

        def apply() -> Json:
            before = _read(file)
            final = content if accepted is None else accepted
            _write(file, final)
            return {
                "type": "create" if before is None else "update",
                "filePath": str(file),
                "content": final,
                "structuredPatch": [] if before is None else _patch(before, final),
                "originalFile": before,
                "userModified": accepted is not None,
            }

        self._tool("Write", tool_input, apply, during, after_write)

    def edit(
        self,
        path: str,
        old: str,
        new: str,
        *,
        replace_all: bool = False,
        accepted: str | None = None,
        during: Act | None = None,
        after_write: Act | None = None,
    ) -> None:
        """Edit: `old` becomes `new`, once or everywhere. `accepted` stands in for `new` if the developer changed it."""
        file = self._absolute(path)
        tool_input = {
            "file_path": str(file),
            "old_string": old,
            "new_string": new,
            "replace_all": replace_all,
        }

        def apply() -> Json:
            before = _read(file)
            final = new if accepted is None else accepted
            after = _replace(before, old, final, everywhere=replace_all)
            _write(file, after)
            return {
                "filePath": str(file),
                "oldString": old,
                "newString": final,
                "originalFile": before,
                "structuredPatch": _patch(before or "", after),
                "userModified": accepted is not None,
                "replaceAll": replace_all,
            }

        self._tool("Edit", tool_input, apply, during, after_write)

    def multi_edit(
        self,
        path: str,
        edits: Sequence[tuple[str, str]],
        *,
        during: Act | None = None,
        after_write: Act | None = None,
    ) -> None:
        """MultiEdit: several (old, new) pairs, one after the other, one write."""
        file = self._absolute(path)
        asked = [{"old_string": old, "new_string": new, "replace_all": False} for old, new in edits]

        def apply() -> Json:
            before = _read(file)
            after = before
            for old, new in edits:
                after = _replace(after, old, new, everywhere=False)
            _write(file, after or "")
            return {
                "filePath": str(file),
                "edits": asked,
                "originalFileContents": before,
                "structuredPatch": _patch(before or "", after or ""),
                "userModified": False,
            }

        self._tool("MultiEdit", {"file_path": str(file), "edits": asked}, apply, during, after_write)

    def notebook_edit(
        self, path: str, cell_id: str, new_source: str, *, mode: str = "replace", cell_type: str = "code"
    ) -> None:
        """NotebookEdit: replace, insert (after `cell_id`) or delete one cell of an .ipynb file."""
        file = self._absolute(path)
        tool_input = {
            "notebook_path": str(file),
            "cell_id": cell_id,
            "new_source": new_source,
            "cell_type": cell_type,
            "edit_mode": mode,
        }

        def apply() -> Json:
            notebook = json.loads(_read(file) or "")
            _edit_cells(notebook["cells"], cell_id, new_source, mode, cell_type)
            _write(file, json.dumps(notebook, indent=1) + "\n")
            return {
                "new_source": new_source,
                "cell_id": cell_id,
                "cell_type": cell_type,
                "language": "python",
                "edit_mode": mode,
                "error": "",
            }

        self._tool("NotebookEdit", tool_input, apply, None, None)

    def bash(self, command: str) -> None:
        """Bash: the command really runs, in the work tree."""

        def apply() -> Json:
            done = run(["sh", "-c", command], cwd=self.repo.path, env=self.repo.env, check=False)
            return {"stdout": done.stdout, "stderr": done.stderr, "interrupted": False, "isImage": False}

        self._tool("Bash", {"command": command, "description": "Run a command"}, apply, None, None)

    def fail_edit(
        self, path: str, old: str, new: str, *, error: str = "String to replace not found in file."
    ) -> None:
        """An Edit that the tool refuses: PostToolUseFailure, and the file stays as it was."""
        tool_input = {"file_path": str(self._absolute(path)), "old_string": old, "new_string": new}
        tool_use_id = self._tool_use("Edit", tool_input)
        self.hook(
            "PostToolUseFailure",
            tool_name="Edit",
            tool_input=tool_input,
            tool_use_id=tool_use_id,
            error=error,
        )
        self._tool_result(tool_use_id, error, f"Error: {error}", is_error=True)

    # -- hooks and rows --------------------------------------------------------------------------------------------

    def hook(self, event: str, **fields: Any) -> subprocess.CompletedProcess[str]:  # JSON
        """Pipe one payload to the capture command; it must exit 0 and stay silent."""
        payload: Json = {
            "session_id": self.session_id,
            "transcript_path": str(self.transcript_path),
            "cwd": str(self.repo.path),
            "permission_mode": self.permission_mode,
            **({"agent_id": self._sub[0], "agent_type": self._sub[1]} if self._sub else {}),
            "hook_event_name": event,
            **fields,
        }
        return self.send(payload)

    def send(self, payload: Json) -> subprocess.CompletedProcess[str]:
        """Pipe a payload as it is, and remember it and what came of it."""
        self.payloads.append(payload)
        if self.hooks is not None and payload.get("hook_event_name") not in self.hooks:
            return subprocess.CompletedProcess(list(self.command), 0, "", "")
        env = {**self.repo.env, "CLAUDE_PROJECT_DIR": str(self.repo.path)}
        done = run(
            list(self.command),
            cwd=self.repo.path,
            env=env,
            stdin=json.dumps(payload, separators=(",", ":")),
            check=False,
        )
        self.results.append(done)
        assert done.returncode == 0, f"capture must never fail the agent: {done}"
        assert done.stdout == "", f"capture must not speak to the agent: {done.stdout!r}"
        return done

    def flush(self) -> None:
        """Bring rows that are late to disk."""
        held, self._held = self._held, []
        for path, row in held:
            _append(path, row)

    def _tool(
        self,
        name: str,
        tool_input: Json,
        apply: Callable[[], Json],
        during: Act | None,
        after_write: Act | None,
    ) -> None:
        tool_use_id = self._tool_use(name, tool_input)
        if during:
            during()
        response = apply()
        if after_write:
            after_write()
        self.hook(
            "PostToolUse",
            tool_name=name,
            tool_input=tool_input,
            tool_response=response,
            tool_use_id=tool_use_id,
            duration_ms=12,
        )
        self._tool_result(tool_use_id, "ok", response)

    def _tool_use(self, name: str, tool_input: Json) -> str:
        """The model asks for a tool: its row, then PreToolUse. Returns the tool use id."""
        self._count += 1
        self.repo.tick(1)
        tool_use_id = f"toolu_01{self._hex('tool', self._count)[:22]}"
        self._assistant(
            {"type": "tool_use", "id": tool_use_id, "name": name, "input": tool_input}, "tool_use"
        )
        self.hook("PreToolUse", tool_name=name, tool_input=tool_input, tool_use_id=tool_use_id)
        return tool_use_id

    def _tool_result(
        self, tool_use_id: str, text: str, result: Json | str, *, is_error: bool = False
    ) -> None:
        block: Json = {"type": "tool_result", "tool_use_id": tool_use_id, "content": text}
        if is_error:
            block["is_error"] = True
        self._row({"type": "user", "message": {"role": "user", "content": [block]}, "toolUseResult": result})
        self._message += 1

    def _assistant(self, block: Json, stop_reason: str) -> None:
        """One content block of a response. Blocks of one response repeat its id and usage, as the agent's rows do."""
        message: Json = {
            "id": f"msg_01{self._hex('message', self._message)[:22]}",
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [block],
            "stop_reason": stop_reason,
            "usage": {
                "input_tokens": 12,
                "output_tokens": 40,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 900,
            },
        }
        if self.model is None:
            del message["model"]
        request = f"req_01{self._hex('request', self._message)[:22]}"
        self._row({"type": "assistant", "requestId": request, "message": message})

    def _row(self, row: Json) -> None:
        path = self.agent_transcript_path
        self._count += 1
        uuid = self._uuid(self._count)
        full: Json = {
            "parentUuid": self._parents.get(path),
            "isSidechain": self._sub is not None,
            "userType": "external",
            "cwd": str(self.repo.path),
            "sessionId": self.session_id,
            "version": "2.1.0",
            "gitBranch": "main",
            **({"agentId": self._sub[0]} if self._sub else {}),
            **row,
            "uuid": uuid,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(sealed.clock(self.repo.env))),
        }
        self._parents[path] = uuid
        if not self.transcript:
            return
        self._held.append((path, full))
        if not self.lag:
            self.flush()

    def _absolute(self, path: str) -> Path:
        return self.repo.path / path

    def _hex(self, kind: str, number: int) -> str:
        return hashlib.sha256(f"{self.session_id}/{kind}/{number}".encode()).hexdigest()

    def _uuid(self, number: int) -> str:
        text = self._hex("row", number)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


def _append(path: Path, row: Json) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read(file: Path) -> str | None:
    """The file as the agent holds it, line ends as they are; None if there is none."""
    return file.read_bytes().decode("utf-8") if file.exists() else None


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode("utf-8"))


def _replace(text: str | None, old: str, new: str, *, everywhere: bool) -> str:
    """What the Edit tool does; an `old` that is absent or ambiguous is a mistake of the test."""
    if text is None or not old:
        assert not old, "an edit of a file that is not there needs an empty old string"
        return new
    count = text.count(old)
    assert count == 1 or (everywhere and count), f"{old!r} occurs {count} times"
    return text.replace(old, new)


def _patch(before: str, after: str) -> list[Json]:
    """`structuredPatch`: unified hunks with three lines of context, 1-based."""
    old, new = before.splitlines(), after.splitlines()
    hunks = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
        lines: list[str] = []
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                lines += [" " + line for line in old[a1:a2]]
            else:
                lines += ["-" + line for line in old[a1:a2]] + ["+" + line for line in new[b1:b2]]
        first, last = group[0], group[-1]
        hunks.append(
            {
                "oldStart": first[1] + 1,
                "oldLines": last[2] - first[1],
                "newStart": first[3] + 1,
                "newLines": last[4] - first[3],
                "lines": lines,
            }
        )
    return hunks


def _edit_cells(cells: list[Json], cell_id: str, source: str, mode: str, cell_type: str) -> None:
    index = next(i for i, cell in enumerate(cells) if cell.get("id") == cell_id)
    if mode == "delete":
        del cells[index]
    elif mode == "insert":
        cell: Json = {"cell_type": cell_type, "id": f"{cell_id}-next", "metadata": {}, "source": source}
        cells.insert(
            index + 1, cell | ({"execution_count": None, "outputs": []} if cell_type == "code" else {})
        )
    else:
        cells[index]["source"] = source.splitlines(keepends=True)
