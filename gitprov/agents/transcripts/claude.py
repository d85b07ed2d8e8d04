"""Reads edits from transcripts of Claude Code. Checked against Claude Code 2.1.332.

Sessions in an IDE panel or an SDK, which may run no hooks, write the same files.
"""

from __future__ import annotations

import re
from typing import Any

from gitprov.agents.claude import claude_code, claude_transcript
from gitprov.agents.claude.claude_code import Hook
from gitprov.agents.claude.claude_transcript import Prompt, ToolUse
from gitprov.agents.commands import effects
from gitprov.agents.payloads import clients, tools
from gitprov.agents.payloads.report import FileEdit
from gitprov.agents.transcripts.values import (
    NOT_JSON,
    RecordedAnswer,
    RecordedPrompt,
    RecordedUse,
    SessionStart,
    TranscriptPart,
    TranscriptRow,
    end_of_rows,
    instant,
    rows_with,
    second,
    spans_with,
)

_CALL, _USER, _RESULT = b'"tool_use"', b'"user"', b'"tool_result"'
_TOOLS = (b'Edit"', b'"Write"')
"""Parts of the names of all editing tools: they are searched for in the rows of tool calls."""
_SHELL, _SHELL_TOOL = b'"Bash"', "Bash"
_WRITES = re.compile(rb"(?<![0-9&])>>? ?(?!/dev/null|&)|\b(?:mv|rm|tee) |\bsed -")
"""Searched for in the rows of shell commands: without it a command edits no file by its text."""
_EXIT = "Error: Exit code "
"""How the result of a command that failed begins; that of a refused one begins otherwise."""
_PENDING = 50
"""How many calls without a result may still get it after the next prompt."""


class _EditCall:
    """A tool call whose result is looked for."""

    def __init__(
        self,
        row: dict[str, Any],
        offset: int,
        tool: ToolUse,
        prompt: RecordedPrompt | None,
        version: str | None,
    ) -> None:
        self.row, self.offset = row, offset
        self.tool, self.prompt, self.version = tool, prompt, version
        self.result: dict[str, Any] | None = None
        self.ended = instant(row.get("timestamp"))
        self.is_failed = False
        self.has_run = False  # a command that has run, and failed
        self.is_later = False  # a prompt came after it


def read(data: bytes, start: int, session: SessionStart) -> TranscriptPart:
    """The edits in a part of a transcript that begins at byte `start`, with a row."""
    reader = _ClaudePart(session)
    calls = {
        first: last
        for first, last in spans_with(data, (_CALL,)).items()
        if any(data.find(name, first, last) >= 0 for name in _TOOLS)
        or (data.find(_SHELL, first, last) >= 0 and _WRITES.search(data, first, last))
    }
    for first, last in sorted({**spans_with(data, (_USER,)), **calls}.items()):
        if first in calls:
            reader.add_calls(TranscriptRow(start + first, data[first:last]))
        elif data.find(_RESULT, first, last) < 0:
            reader.add_prompt(TranscriptRow(start + first, data[first:last]))
        elif reader.pending:
            reader.add_result(TranscriptRow(start + first, data[first:last]))
    uses = tuple(use for call in reader.calls if (use := _use(call, session)) is not None)
    prompt = reader.prompts[-1] if reader.prompts else session.prompt
    waiting = [call.offset for call in reader.pending.values() if not call.is_later]
    resume = min(waiting, default=end_of_rows(data, start))
    return TranscriptPart(uses, {}, resume, reader.cwd, tuple(reader.skipped), prompt, tuple(reader.prompts))


class _ClaudePart:
    """What was read of a part so far. `pending`: calls without a result, by the ids of their tool uses."""

    def __init__(self, session: SessionStart) -> None:
        self._session = session
        self.calls: list[_EditCall] = []
        self.pending: dict[str, _EditCall] = {}
        self.prompts: list[RecordedPrompt] = []
        self.cwd: str | None = None
        self.skipped: list[str] = []

    def add_prompt(self, row: TranscriptRow) -> None:
        """Read a row that may be a prompt: the calls before it get no result any more."""
        if (value := row.parsed()) is not None and value.get("type") == "user":
            self.cwd = self.cwd or _text(value.get("cwd"))
            prompt = _prompt(row, self._session.subagent is not None)
            if prompt is not None:
                self.prompts.append(prompt)
                for call in self.pending.values():
                    call.is_later = True
                self.pending = dict([*self.pending.items()][-_PENDING:])

    def add_calls(self, row: TranscriptRow) -> None:
        """Keep the edits among the calls in a row."""
        value = row.parsed()
        if value is None:
            self.skipped.append(NOT_JSON)
            return
        if value.get("isSidechain") is True and self._session.subagent is None:
            return
        part = claude_transcript.parse(row.line + b"\n", row.offset, sidechain=True)
        prompt = self.prompts[-1] if self.prompts else self._session.prompt
        for name, tool in part.tools.items():
            if (tool.name in claude_code.EDIT_TOOLS or tool.name == _SHELL_TOOL) and name not in self.pending:
                self.pending[name] = _EditCall(value, row.offset, tool, prompt, part.version)
                self.calls.append(self.pending[name])

    def add_result(self, row: TranscriptRow) -> None:
        """Keep the result in a row with the call that it is of."""
        name = next((name for name in self.pending if name.encode("utf-8", "replace") in row.line), None)
        value = None if name is None else row.parsed()
        if name is None or value is None:
            return
        body = value.get("message")
        blocks = body.get("content") if isinstance(body, dict) else None
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, dict) and block.get("tool_use_id") == name:
                call, result = self.pending.pop(name), value.get("toolUseResult")
                call.ended = instant(value.get("timestamp")) or call.ended
                call.is_failed = block.get("is_error") is True or not isinstance(result, dict)
                call.result = result if isinstance(result, dict) else None
                call.has_run = isinstance(result, str) and result.startswith(_EXIT)
                return


def _use(call: _EditCall, session: SessionStart) -> RecordedUse | None:
    """The use of a call; None for one that failed, or whose result may still come."""
    if call.is_failed and not call.has_run:
        return None
    if call.result is None and not (call.is_later or call.has_run):
        return None
    row, tool = call.row, call.tool
    hook = Hook(**{**dict.fromkeys(Hook._fields), **_fields(call, session)})
    edits = _edits(call, hook)
    if not edits:
        return None
    return RecordedUse(
        tool.id,
        hook,
        edits,
        call.prompt,
        second(row.get("timestamp")),
        call.result is not None,
        tool.model,
        tool.request_id,
        call.version,
        tool.name == _SHELL_TOOL,
        call.ended,
    )


def _edits(call: _EditCall, hook: Hook) -> tuple[FileEdit, ...]:
    """The edits of a call; of a command that failed those alone that put text into a file."""
    if call.tool.name != _SHELL_TOOL:
        target = hook.target
        return () if call.is_failed or target is None else (FileEdit(target, modified=hook.user_modified),)
    edits = effects.edits_of(tools.command_of(hook.tool, hook.input) or "")
    return effects.texts(edits) if call.has_run else edits


def _fields(call: _EditCall, session: SessionStart) -> dict[str, Any]:
    return {
        "agent": clients.CLAUDE,
        "name": "PostToolUse",
        "session": _text(call.row.get("sessionId")) or session.name,
        "cwd": _text(call.row.get("cwd")),
        "tool": call.tool.name,
        "input": call.tool.input,
        "response": call.result or {},
        "tool_use_id": call.tool.id,
        "subagent": session.subagent,
        "prompt_id": None if call.prompt is None else call.prompt.prompt_id,
    }


def _prompt(row: TranscriptRow, sidechain: bool) -> RecordedPrompt | None:
    rows = claude_transcript.prompts(row.line + b"\n", row.offset, sidechain)
    return None if not rows else _recorded(rows[0])


def _recorded(prompt: Prompt) -> RecordedPrompt:
    return RecordedPrompt(prompt.id, prompt.text, second(prompt.at), prompt.offset, prompt.prompt_id)


def answers(
    data: bytes, start: int, part: TranscriptPart, prompts: list[RecordedPrompt], sidechain: bool
) -> dict[str, RecordedAnswer]:
    """The output of the turns of some prompts that begin in a part, from the rows of the model alone."""
    outputs = {}
    for prompt in prompts:
        if prompt not in part.prompts:
            continue
        later = [one.offset for one in part.prompts if one.offset > prompt.offset and _differ(one, prompt)]
        stretch = data[prompt.offset - start : later[0] - start if later else None]
        rows = b"".join(row.line + b"\n" for row in rows_with(stretch, prompt.offset, (b'"assistant"',)))
        turn = claude_transcript.parse(rows, prompt.offset, sidechain)
        outputs[prompt.id] = RecordedAnswer(
            None, turn.output or None, turn.usage, turn.request_ids, tuple(turn.tools)
        )
    return outputs


def _differ(later: RecordedPrompt, prompt: RecordedPrompt) -> bool:
    return prompt.prompt_id is None or later.prompt_id != prompt.prompt_id


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
