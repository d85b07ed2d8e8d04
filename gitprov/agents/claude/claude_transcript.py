"""Reads a part of an agent's transcript (Claude Code's JSON Lines) into prompts, tool uses and outputs.

Checked against transcripts of Claude Code 2.1. The format is undocumented, so every field is optional: rows
that are cut, damaged or of an unknown kind are skipped without an error.
"""

from __future__ import annotations

import json

from gitprov.model.named import NamedTuple
from gitprov.model.untrusted.jsonvalue import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SYNTHETIC = "<synthetic>"
"""The model name that the agent gives to messages which no model wrote."""


class Prompt(NamedTuple):
    """A prompt of a person. `offset` is the start of its row, in bytes from the start of the file.

    `id` is its row's; `prompt_id` is the prompt's id in the client's hooks, if the row has it; `parent` is
    the row that it continues.
    """

    id: str
    text: str
    at: str | None
    offset: int
    prompt_id: str | None = None
    parent: str | None = None


class ToolUse(NamedTuple):
    """One tool call of a model. `prompt` is the id of the prompt before it in the file."""

    id: str
    name: str
    input: dict[str, Any]
    model: str | None
    request_id: str | None
    prompt: str | None


class Slice(NamedTuple):
    """The contents of a part of a transcript. `end` is the byte after its last complete row.

    `output` is all text and tool calls in order, as readable text; `usage` sums each message once.
    """

    prompts: tuple[Prompt, ...]
    tools: dict[str, ToolUse]
    output: str
    model: str | None
    usage: dict[str, int]
    request_ids: tuple[str, ...]
    version: str | None
    end: int


class _Message:
    """One message of a model, joined from the rows of its stream."""

    def __init__(self) -> None:
        self.blocks: list[tuple[str, str, str]] = []  # kind, id, readable text
        self.usage: dict[str, int] = {}

    def add_text(self, text: str) -> None:
        if ("text", "", text) in self.blocks:
            return
        if self.blocks and self.blocks[-1][0] == "text" and text.startswith(self.blocks[-1][2]):
            self.blocks.pop()  # a longer repeat of a text still being streamed
        self.blocks.append(("text", "", text))

    def add_tool(self, tool: ToolUse) -> None:
        block = ("tool", tool.id, tool_text(tool.name, tool.id, tool.input))
        for place, (kind, block_id, _) in enumerate(self.blocks):
            if kind == "tool" and block_id == tool.id:
                self.blocks[place] = block
                return
        self.blocks.append(block)


def parse(data: bytes, start: int = 0, sidechain: bool = False) -> Slice:
    """Parse complete rows of `data`, which begins at byte `start` of the file.

    A first row cut at its start and a last row cut at its end are skipped. `sidechain`: this is a
    subagent's transcript, whose prompts are all marked as sidechain.
    """
    prompt_rows: list[Prompt] = []
    tools: dict[str, ToolUse] = {}
    messages: dict[str, _Message] = {}
    requests: dict[str, None] = {}
    model = version = None
    offset = start
    for line in data.split(b"\n")[:-1]:
        row = _row(line)
        row_start, offset = offset, offset + len(line) + 1
        if row is None:
            continue
        version = _text(row.get("version")) or version
        prompt = _prompt(row, row_start, sidechain)
        if prompt is not None:
            prompt_rows.append(prompt)
        elif row.get("type") == "assistant" and isinstance(row.get("message"), dict):
            if not sidechain and row.get("isSidechain") is True:
                continue
            row_model = _model(row) or None
            model = row_model or model
            request = _text(row.get("requestId"))
            if request:
                requests[request] = None
            _read_message(row, messages, tools, prompt_rows[-1].id if prompt_rows else None)
    usage: dict[str, int] = {}
    for message in messages.values():
        for name, count in message.usage.items():
            usage[name] = usage.get(name, 0) + count
    output = "\n\n".join(text for one in messages.values() for _, _, text in one.blocks)
    return Slice(tuple(prompt_rows), tools, output, model, usage, tuple(requests), version, offset)


def parse_turn(
    data: bytes,
    start: int,
    next_start: int | None,
    sidechain: bool = False,
    prompt_id: str | None = None,
) -> Slice:
    """Parse the rows of the turn that begins at byte `start`, where `data` begins too.

    If a row has the turn's `prompt_id`, the turn begins there and ends at the next prompt with another one.
    Else: agents write rows late, so rows of this turn may come after the next prompt's submission (byte
    `next_start`). The turn ends at the first prompt row from there on, and begins at its own prompt row if
    there is one.
    """
    prompt_rows = prompts(data, start, sidechain)
    marks = [one.offset for one in prompt_rows]
    named = [one for one in prompt_rows if prompt_id is not None and one.prompt_id == prompt_id]
    if named:
        starts = [named[0].offset]
        later = [one.offset for one in prompt_rows if one.offset > starts[0] and one.prompt_id != prompt_id]
    elif next_start is None:
        starts, later = marks[:1], marks[1:]
    else:
        starts = [mark for mark in marks if mark < next_start]
        later = [mark for mark in marks if mark >= next_start]
    first = starts[0] if starts else start
    last = later[0] if later else start + len(data)
    return parse(data[first - start : last - start], first, sidechain)


def prompts(data: bytes, start: int = 0, sidechain: bool = False) -> list[Prompt]:
    """The prompts that `parse` returns; only rows that may be prompts are parsed."""
    prompt_rows, offset = [], start
    for line in data.split(b"\n")[:-1]:
        if b'"user"' in line and b'"tool_result"' not in line:
            row = _row(line)
            prompt = None if row is None else _prompt(row, offset, sidechain)
            if prompt is not None:
                prompt_rows.append(prompt)
        offset += len(line) + 1
    return prompt_rows


def find_tool_use(tail: bytes, tool_use_id: str) -> ToolUse | None:
    """The tool call with this id in the last bytes of a transcript, or None. Parses few rows only."""
    needle = json.dumps(tool_use_id).encode("ascii")
    place = tail.rfind(needle)
    while place >= 0:
        head = tail.rfind(b"\n", 0, place) + 1
        stop = tail.find(b"\n", place)
        part = parse(tail[head : len(tail) if stop < 0 else stop] + b"\n", 0, sidechain=True)
        if tool_use_id in part.tools:
            return part.tools[tool_use_id]
        place = tail.rfind(needle, 0, head)
    return None


def tool_text(name: str, tool_use_id: str | None, tool_input: object) -> str:
    """A tool call as a person reads it: a header line, then its input as JSON."""
    head = f"[tool {name} {tool_use_id}]" if tool_use_id else f"[tool {name}]"
    return head + "\n" + json.dumps(tool_input, ensure_ascii=False, indent=1)


def _read_message(
    row: dict[str, Any], messages: dict[str, _Message], tools: dict[str, ToolUse], prompt: str | None
) -> None:
    body = row["message"]
    name = _text(body.get("id")) or _text(row.get("uuid")) or str(len(messages))
    message = messages.setdefault(name, _Message())
    usage = body.get("usage")
    if isinstance(usage, dict):
        counts = {key: n for key, n in usage.items() if isinstance(n, int) and not isinstance(n, bool)}
        message.usage.update(counts)
    content = body.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, dict):
            continue
        text, tool_id, tool_input = block.get("text"), block.get("id"), block.get("input")
        if block.get("type") == "text" and isinstance(text, str) and text:
            message.add_text(text)
        elif block.get("type") == "tool_use" and isinstance(tool_id, str) and isinstance(tool_input, dict):
            tool = ToolUse(
                tool_id, str(block.get("name")), tool_input, _model(row), _text(row.get("requestId")), prompt
            )
            tools[tool_id] = tool
            message.add_tool(tool)


def _prompt(row: dict[str, Any], offset: int, sidechain: bool) -> Prompt | None:
    """The prompt in a row, if a person (or for a subagent its caller) wrote it."""
    body = row.get("message")
    if row.get("type") != "user" or not isinstance(body, dict) or row.get("toolUseResult") is not None:
        return None
    if row.get("isMeta") is True or row.get("isCompactSummary") is True:
        return None
    if row.get("isSidechain") is True and not sidechain:
        return None
    text = _prompt_text(body.get("content"))
    if text is None:
        return None
    name = _text(row.get("uuid")) or f"@{offset}"
    ids = _text(row.get("promptId")), _text(row.get("parentUuid"))
    return Prompt(name, text, _text(row.get("timestamp")), offset, *ids)


def _prompt_text(content: object) -> str | None:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    blocks = [one for one in content if isinstance(one, dict)]
    if any(one.get("type") == "tool_result" for one in blocks):
        return None
    texts = [one["text"] for one in blocks if one.get("type") == "text" and isinstance(one.get("text"), str)]
    return "\n".join(texts) if texts else None


def _row(line: bytes) -> dict[str, Any] | None:
    if not line.startswith(b"{"):
        return None
    try:
        row = loads(line, forgiving=True)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _model(row: dict[str, Any]) -> str | None:
    model = _text(row["message"].get("model"))
    return None if model == SYNTHETIC else model


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
