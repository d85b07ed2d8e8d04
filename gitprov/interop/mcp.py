"""The server's side of the Model Context Protocol: messages in, answers out, for tools that only read.

Messages are JSON-RPC 2.0, one in a line. Clients of protocol versions without `initialize` ask for
`server/discover` first, and fall back to `initialize` when that is no method here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gitprov.model.canonical import Json, JsonObject
from gitprov.model.untrusted.jsonvalue import loads

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Versions of the protocol, the newest first, which a client gets that asks for another."""
LONGEST = 1 << 20
"""Bytes of the longest message that is read."""
_PARSE, _INVALID, _NO_METHOD, _PARAMS = -32700, -32600, -32601, -32602
_TYPES: Mapping[str, type] = {"string": str, "integer": int}


class McpTool(NamedTuple):
    """A tool. `arguments`: name → (JSON type `string` or `integer`, meaning, whether it is needed)."""

    name: str
    title: str
    description: str
    arguments: Mapping[str, tuple[str, str, bool]]


class ToolAnswer(NamedTuple):
    """What a tool returns: a JSON object, or why it has no answer."""

    document: JsonObject | None
    problem: str = ""


Call = Callable[[str, Mapping[str, Json]], ToolAnswer]
"""Runs a tool: its name, and its arguments, which fit the tool."""


class McpServer:
    """Answers the messages of one client. `version` is that of the program."""

    def __init__(self, version: str, instructions: str, tools: tuple[McpTool, ...], call: Call) -> None:
        self._version = version
        self._instructions = instructions
        self._tools = {tool.name: tool for tool in tools}
        self._call = call

    def answer(self, line: bytes) -> bytes | None:
        """The answer to a message, with its newline; None for a notification and for an answer."""
        if len(line) > LONGEST:
            return _error(None, _INVALID, f"the message is longer than {LONGEST} bytes")
        try:
            message = loads(line)
        except ValueError:
            return _error(None, _PARSE, "the message is no JSON")
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return _error(None, _INVALID, "the message is no request of JSON-RPC 2.0")
        name, method = message.get("id"), message.get("method")
        if "id" not in message or (method is None and ("result" in message or "error" in message)):
            return None
        if not isinstance(method, str) or isinstance(name, (bool, dict, list)):
            return _error(None, _INVALID, "the message is no request of JSON-RPC 2.0")
        params = message.get("params")
        return self._result(name, method, params if isinstance(params, dict) else {})

    def _result(self, name: Json, method: str, params: JsonObject) -> bytes:
        if method == "initialize":
            return _line({"id": name, "result": self._initialized(params.get("protocolVersion"))})
        if method == "ping":
            return _line({"id": name, "result": {}})
        if method == "tools/list":
            return _line({"id": name, "result": {"tools": [_listed(tool) for tool in self._tools.values()]}})
        if method == "tools/call":
            return self._called(name, params)
        return _error(name, _NO_METHOD, f"there is no method {method[:100]}")

    def _initialized(self, version: Json) -> JsonObject:
        return {
            "protocolVersion": version if version in VERSIONS else VERSIONS[0],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "gitprov", "version": self._version},
            "instructions": self._instructions,
        }

    def _called(self, name: Json, params: JsonObject) -> bytes:
        title = params.get("name")
        tool = self._tools.get(title) if isinstance(title, str) else None
        if tool is None:
            return _error(name, _PARAMS, f"the tools are {', '.join(self._tools)}")
        arguments = params.get("arguments") or {}
        wrong = _misfit(tool, arguments)
        if wrong:
            return _error(name, _PARAMS, wrong)
        answer = self._call(tool.name, arguments)
        if answer.document is None:
            content: list[JsonObject] = [{"type": "text", "text": answer.problem}]
            return _line({"id": name, "result": {"content": content, "isError": True}})
        content = [{"type": "text", "text": json.dumps(answer.document)}]
        result = {"content": content, "structuredContent": answer.document, "isError": False}
        return _line({"id": name, "result": result})


def _misfit(tool: McpTool, arguments: Json) -> str:
    """Why arguments do not fit a tool; empty where they do."""
    if not isinstance(arguments, dict):
        return "the arguments are no object"
    for name, (kind, _, needed) in tool.arguments.items():
        value = arguments.get(name)
        if value is None and not needed:
            continue
        if not isinstance(value, _TYPES[kind]) or isinstance(value, bool):
            return f"{tool.name} needs {name}, {'a whole number' if kind == 'integer' else 'a text'}"
    extra = [name for name in arguments if name not in tool.arguments]
    return f"{tool.name} has no argument {extra[0][:100]}" if extra else ""


def _listed(tool: McpTool) -> JsonObject:
    properties = {
        name: {"type": kind, "description": meaning} for name, (kind, meaning, _) in tool.arguments.items()
    }
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": {
            "type": "object",
            "properties": properties,
            "required": [name for name, (_, _, needed) in tool.arguments.items() if needed],
            "additionalProperties": False,
        },
        "annotations": {"readOnlyHint": True, "openWorldHint": False},
    }


def _error(name: Json, code: int, message: str) -> bytes:
    return _line({"id": name, "error": {"code": code, "message": message}})


def _line(row: JsonObject) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **row}).encode("ascii") + b"\n"
