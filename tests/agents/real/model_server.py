"""A scripted stand-in for a model server on loopback: Anthropic Messages, OpenAI Responses, Gemini, streamed or not.

It has no state: the step of the script is the number of tool results in the request, so repeated and side requests
do no harm. A request without tools (a title, a topic) gets "ok".
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Row = dict[str, Any]
MODEL = "scripted-model-1"


class Step(NamedTuple):
    """One call of a tool: the first of `choices` that the request offers, each a name and its arguments."""

    choices: tuple[tuple[str, Any], ...]


class ModelServer:
    """A server until it is closed; `url` is its address, `requests` are the paths that it was asked for."""

    def __init__(self, script: list[Step]) -> None:
        self.requests: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            """Answers one request."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """An answer of the model in the dialect of the path."""
                data = self.rfile.read(int(self.headers.get("content-length") or 0))
                path = self.path.partition("?")[0]
                server.requests.append(path)
                kind, events = answer(path, json.loads(data or b"{}"), script)
                self._send(kind, "".join(events).encode())

            def do_GET(self) -> None:
                """Lists of models and the like: nothing."""
                self._send("application/json", b'{"object":"list","data":[],"models":[]}')

            def _send(self, kind: str, data: bytes) -> None:
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args: object) -> None:
                """Nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(script: list[Step]) -> Iterator[ModelServer]:
    """A server that plays a script."""
    server = ModelServer(script)
    try:
        yield server
    finally:
        server.close()


def answer(path: str, body: Row, script: list[Step]) -> tuple[str, Iterator[str]]:
    """The content type and the text of an answer."""
    name, arguments = _call(body, script)
    if path.endswith("/messages"):
        return _sent(body.get("stream") is True, _anthropic(body, name, arguments), named=True)
    if path.endswith("/responses"):
        return _sent(body.get("stream") is True, _responses(body, name, arguments), named=True)
    if "enerateContent" in path:
        return _sent("streamGenerate" in path, _gemini(name, arguments), named=False)
    return "application/json", iter(['{"input_tokens":100,"totalTokens":100}'])


def _call(body: Row, script: list[Step]) -> tuple[str | None, Any]:
    """The tool to call and its arguments; None where the script is at its end or no tool is offered."""
    tools = _offered(body)
    text = json.dumps(body.get("messages") or body.get("input") or body.get("contents") or [])
    done = len(re.findall(r'"type": "tool_result"|_call_output"|"functionResponse": \{', text))
    if not tools or done >= len(script):
        return None, None
    choices = script[done].choices
    return next(((name, value) for name, value in choices if name in tools), choices[0])


def _offered(body: Row) -> set[str]:
    names = set()
    for entry in body.get("tools") or []:
        for row in entry.get("functionDeclarations") or [entry]:
            names.add(str(row.get("name") or row.get("type")))
    return names


def _sent(streamed: bool, events: list[Row], *, named: bool) -> tuple[str, Iterator[str]]:
    """Events as a stream; without streaming the last one alone, which is the whole answer."""
    whole, rows = events[-1], events[:-1]
    if not streamed:
        return "application/json", iter([json.dumps(whole)])
    lines = (
        (f"event: {row['type']}\n" if named else "") + f"data: {json.dumps(row)}\n\n"
        for row in (rows or [whole])
    )
    return "text/event-stream", lines


def _anthropic(body: Row, name: str | None, arguments: Any) -> list[Row]:
    block: Row = {"type": "text", "text": "Done."}
    if name is not None:
        block = {"type": "tool_use", "id": _id("toolu", body), "name": name, "input": arguments}
    usage = {"input_tokens": 100, "output_tokens": 20}
    message = {"id": _id("msg", body), "type": "message", "role": "assistant", "model": MODEL, "usage": usage}
    reason = "end_turn" if name is None else "tool_use"
    empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": "Done."}
    if name is not None:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
    start = {**message, "content": [], "stop_reason": None, "stop_sequence": None}
    stop = {"stop_reason": reason, "stop_sequence": None}
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 20}},
        {"type": "message_stop"},
        {**message, "content": [block], **stop},
    ]


def _responses(body: Row, name: str | None, arguments: Any) -> list[Row]:
    item: Row = {"type": "message", "id": _id("msg", body), "role": "assistant", "status": "completed"}
    item["content"] = [{"type": "output_text", "text": "Done.", "annotations": []}]
    if name is not None:
        ids = {"id": _id("fc", body), "call_id": _id("call", body), "name": name, "status": "completed"}
        free = isinstance(arguments, str)
        item = {**ids, "type": "custom_tool_call", "input": arguments} if free else {**ids}
        if not free:
            item |= {"type": "function_call", "arguments": json.dumps(arguments)}
    usage = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
    done = {"id": _id("resp", body), "object": "response", "created_at": 0, "status": "completed"}
    done |= {"model": MODEL, "output": [item], "usage": usage, "error": None}
    begun = {**done, "status": "in_progress", "output": [], "usage": None}
    rows: list[Row] = [
        {"type": "response.created", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "status": "in_progress"},
        },
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": done},
    ]
    return [*({**row, "sequence_number": n} for n, row in enumerate(rows)), done]


def _gemini(name: str | None, arguments: Any) -> list[Row]:
    part: Row = {"text": "Done."} if name is None else {"functionCall": {"name": name, "args": arguments}}
    if name is not None:
        part["thoughtSignature"] = "c2NyaXB0ZWQ="
    content = {"role": "model", "parts": [part]}
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120}
    row = {"candidates": [{"content": content, "finishReason": "STOP", "index": 0}], "usageMetadata": usage}
    return [{**row, "modelVersion": MODEL, "responseId": "r1"}]


def _id(kind: str, body: Row) -> str:
    """An id that is the same for the same request."""
    return f"{kind}_{abs(hash(json.dumps(body, sort_keys=True))):016x}"
