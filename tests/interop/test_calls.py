"""Requests and answers of models, in the shapes of their providers' interfaces."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from gitprov.interop.calls import call, reading
from gitprov.interop.calls.call import ModelReply, ModelRequest
from gitprov.interop.calls.reading import AnswerReader, read_request, shape_of

CHAT = "/openai/v1/chat/completions"
RESPONSES = "/v1/responses"
MESSAGES = "/v1/messages"
GEMINI = "/v1beta/models/gemini-x:generateContent"


def sse(*rows: Any) -> bytes:
    """Rows as server-sent events; a text stands for itself."""
    texts = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    return "".join(f"event: e\ndata: {text}\n\n" for text in texts).encode()


def read(
    path: str, data: bytes, *, streamed: bool = True, step: int = 7, encoding: str = ""
) -> ModelReply | None:
    """What a reader makes of an answer that arrives in small pieces."""
    shape = shape_of("POST", path)
    assert shape is not None
    reader = AnswerReader(shape, streamed=streamed, encoding=encoding)
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
    return reader.reply()


def request(path: str, body: Any) -> ModelRequest:
    """What is read of a request."""
    shape = shape_of("POST", path)
    assert shape is not None
    return read_request(shape, path, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("method", "path", "provider"),
    [
        ("POST", "/v1/messages", "anthropic"),
        ("POST", "/v1/messages/count_tokens", None),
        ("GET", "/v1/messages", None),
        ("POST", "/v1/chat/completions", "openai"),
        ("POST", "/v1/responses", "openai"),
        ("POST", "/v1/responses/resp_1/cancel", None),
        ("POST", "/v1beta/models/gemini-2.5-pro:streamGenerateContent", "gemini"),
        ("POST", "/v1beta/models/gemini-2.5-pro:countTokens", None),
    ],
)
def test_which_requests_call_a_model(method: str, path: str, provider: str | None) -> None:
    """Only requests for an answer are read."""
    shape = shape_of(method, path)
    assert (shape.provider if shape else None) == provider


SECRET = {"api_key": "k", "metadata": {"user_id": "u"}, "tools": [{"headers": {"Authorization": "k"}}]}


@pytest.mark.parametrize(
    ("path", "body", "prompt", "model", "params"),
    [
        (
            MESSAGES,
            {"model": "m", "max_tokens": 9, "system": [{"type": "text", "text": "S"}], **SECRET, "messages": [
                {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]},
                {"role": "assistant", "content": "x"},
                {"role": "user", "content": [{"type": "tool_result", "content": "t"}]}]},
            "a\nb", "m", {"max_tokens": 9, "system": "S", "messages": 3},
        ),
        (
            CHAT,
            {"model": "m", "temperature": 0, "seed": None, **SECRET, "messages": [
                {"role": "system", "content": "S"}, {"role": "developer", "content": "D"}, {"role": "user", "content": "a"}]},
            "a", "m", {"temperature": 0, "system": "S\n\nD", "messages": 3},
        ),
        (RESPONSES, {"model": "m", "input": "a", "instructions": "S"}, "a", "m", {"system": "S"}),
        (RESPONSES, {"input": [{"role": "user", "content": [{"type": "input_text", "text": "a"}]}, 7]}, "a", None, {}),
        (
            GEMINI,
            {"contents": [{"parts": [{"text": "a"}]}], "systemInstruction": {"parts": [{"text": "S"}]},
             "generationConfig": {"temperature": 1}},
            "a", "gemini-x", {"temperature": 1, "system": "S"},
        ),
        (GEMINI, b"not JSON", None, "gemini-x", {}),
        (CHAT, [], None, None, {}),
        (CHAT, {"messages": "x", "stop": "y" * call._LONGEST}, None, None, {}),
    ],
)  # fmt: skip
def test_requests(
    path: str, body: Any, prompt: str | None, model: str | None, params: dict[str, Any]
) -> None:
    """The newest text of the user, the model, and parameters; nothing that may be a credential or a person."""
    assert request(path, body) == (prompt, model, params)


MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "model": "m-1",
    "usage": {"input_tokens": 3, "service_tier": "s"},
}
WRITE = {"path": "a.py", "lines": ["x = 1\ny = 2\n", 7], "deep": {"flag": True}}
WRITTEN = "[tool write t1]\npath: a.py\nlines:\nx = 1\ny = 2\n\nlines: 7\ndeep.flag: true"
ITEM = {"type": "function_call", "name": "write", "call_id": "t1", "arguments": json.dumps(WRITE)}
RESPONSE = {"object": "response", "id": "r1", "model": "m-1", "usage": {"input_tokens": 3, "details": {}}}


def spoken(text: str) -> dict[str, Any]:
    """An item of a response."""
    return {"type": "message", "content": [{"type": "output_text", "text": text}]}


def piece(index: int, **delta: Any) -> dict[str, Any]:
    """A chunk of a chat completion."""
    return {"id": "c1", "model": "m-1", "choices": [{"index": index, "delta": delta}]}


STREAMS: list[tuple[str, bytes, str, str | None, dict[str, int], bool]] = [
    (
        MESSAGES,
        sse({"type": "message_start", "message": {**MESSAGE, "content": []}}, {"type": "ping"},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
            {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "a"}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "b\n"}},
            {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "t1", "name": "write", "input": {}}},
            {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": json.dumps(WRITE)[:9]}},
            {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": json.dumps(WRITE)[9:]}},
            {"type": "message_delta", "usage": {"output_tokens": 8}}, {"type": "message_stop"}),
        f"ab\n\n\n{WRITTEN}", "msg_1", {"input_tokens": 3, "output_tokens": 8}, True,
    ),
    (
        CHAT,
        sse(piece(0, role="assistant", content="a"), piece(1, content="other"), piece(0, content="b"),
            piece(0, tool_calls=[{"index": 0, "id": "t1", "function": {"name": "write", "arguments": ""}}]),
            piece(0, tool_calls=[{"index": 0, "function": {"arguments": json.dumps(WRITE)}}]), "{broken", "[7]",
            {"choices": [], "usage": {"prompt_tokens": 3}}, "[DONE]"),
        f"ab\n\n{WRITTEN}\n\nother", "c1", {"prompt_tokens": 3}, True,
    ),
    (CHAT, sse(piece(0, content="a\nb")), "a\nb", "c1", {}, False),
    (CHAT, sse(piece(0, content="a"), "[DONE]").replace(b"\n", b"\r\n"), "a", "c1", {}, True),
    (CHAT, sse(piece(0, content="a")) + b"data: {", "a", "c1", {}, False),
    (
        RESPONSES,
        sse({"type": "response.created", "response": {**RESPONSE, "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "content": []}},
            {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "a"},
            {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "b"},
            {"type": "response.output_item.done", "output_index": 0, "item": spoken("ab")},
            {"type": "response.output_item.added", "output_index": 1, "item": {**ITEM, "arguments": ""}},
            {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": json.dumps(WRITE)},
            {"type": "response.completed", "response": {**RESPONSE, "output": []}}),
        f"ab\n\n{WRITTEN}", "r1", {"input_tokens": 3}, True,
    ),
    (
        RESPONSES,
        sse({"type": "response.output_text.delta", "output_index": 0, "delta": "a"},
            {"type": "response.incomplete", "response": {**RESPONSE, "output": [spoken("abc"), ITEM]}}),
        f"abc\n\n{WRITTEN}", "r1", {"input_tokens": 3}, True,
    ),
    (
        RESPONSES,
        sse({"type": "response.output_item.done", "output_index": 0,
             "item": {"type": "custom_tool_call", "name": "apply_patch", "call_id": "t2", "input": "*** Begin\n+x"}},
            {"type": "response.output_item.done", "output_index": 1, "item": {"type": "reasoning"}}),
        "[tool apply_patch t2]\n*** Begin\n+x", None, {}, False,
    ),
    (
        GEMINI,
        sse({"candidates": [{"content": {"parts": [{"text": "a"}, {"text": "hm", "thought": True}]}}], "responseId": "g1"},
            {"candidates": [{"content": {"parts": [{"text": "b"}, {"functionCall": {"name": "write", "id": "t1", "args": WRITE}}]},
                             "finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 3}, "modelVersion": "m-1"}),
        f"ab\n\n{WRITTEN}", "g1", {"promptTokenCount": 3}, True,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "data", "output", "name", "usage", "complete"), STREAMS)
@pytest.mark.parametrize("step", [1, 10**6])
def test_streams(
    path: str, data: bytes, output: str, name: str | None, usage: dict[str, int], complete: bool, step: int
) -> None:
    """Texts and calls of tools in order, wherever the stream is cut in pieces; whether it came to its end."""
    reply = read(path, data, step=step)
    assert reply is not None
    assert (reply.output, reply.id, reply.usage, reply.complete) == (output, name, usage, complete)


WHOLE: list[tuple[str, Any, str]] = [
    (
        MESSAGES,
        {**MESSAGE, "content": [{"type": "text", "text": "a"}, {"type": "tool_use", "id": "t1", "name": "write", "input": WRITE}]},
        f"a\n\n{WRITTEN}",
    ),
    (
        CHAT,
        {"choices": [{"message": {"content": "a", "function_call": {"name": "write", "arguments": "{broken"}}}]},
        "a\n\n[tool write]\n{broken",
    ),
    (CHAT, {"choices": [{"message": {"content": None, "refusal": "no"}}]}, "no"),
    (RESPONSES, {**RESPONSE, "output": [spoken("a"), {**ITEM, "arguments": None}]}, "a\n\n[tool write t1]"),
    (GEMINI, {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]}, "a"),
    (
        GEMINI,
        [{"candidates": [{"content": {"parts": [{"text": "a"}]}}]},
         {"candidates": [{"content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"}]}],
        "ab",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "output"), WHOLE)
def test_answers_as_a_whole(path: str, body: Any, output: str) -> None:
    """An answer that is not streamed, packed or not."""
    data = json.dumps(body).encode()
    reply = read(path, data, streamed=False)
    assert reply is not None
    assert (reply.output, reply.complete) == (output, True)
    assert read(path, gzip.compress(data), streamed=False, encoding="gzip") == reply
    assert read(path, data, streamed=False, encoding="identity") == reply


@pytest.mark.parametrize(
    ("data", "streamed", "encoding"),
    [
        (b'{"choices":[{"message":{"content":"a"', False, ""),
        (b'{"choices":[{"message":{"content":"a"}}]}', False, "br"),
        (b'{"choices":[{"message":{"content":"a"}}]}', False, "gzip"),
        (b'{"choices":[{"message":{"content":""}}],"usage":{"n":1}}', False, ""),
        (b'{"error":{"message":"no"}}', False, ""),
        (b"x" * 300, False, ""),
        (b"data: " + b"x" * 300, True, ""),
        (b"data: 7\n\n: comment\n\n\n\n", True, ""),
    ],
)
def test_what_cannot_be_read_is_no_answer(
    data: bytes, streamed: bool, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an answer that is broken, packed in another way, empty or too large, nothing is made up."""
    monkeypatch.setattr(reading, "LARGEST", 200)
    assert read(CHAT, data, streamed=streamed, encoding=encoding) is None


def test_the_end_of_a_stream() -> None:
    """A stream has ended when it says so; an answer that is not streamed never says it."""
    shape = shape_of("POST", CHAT)
    assert shape is not None
    reader = AnswerReader(shape, streamed=True)
    ends = []
    for event in (piece(0, content="a"), "[DONE]"):
        reader.feed(sse(event))
        ends.append(reader.ended)
    assert ends == [False, True]
    assert not AnswerReader(shape, streamed=False).ended


@pytest.mark.parametrize(
    ("argument", "lines"),
    [
        (
            {"file_path": "a.py", "old_string": "x", "new_string": "y = 1"},
            ["file_path: a.py", "old_string: x", "new_string:", "y = 1"],
        ),
        ({"edits": [{"newText": "y = 1"}]}, ["edits.newText:", "y = 1"]),
        ({"command": "make"}, ["command: make"]),
        ({"content": 7}, ["content:", "7"]),
    ],
)
def test_what_a_tool_writes_is_lines_of_its_own(argument: dict[str, Any], lines: list[str]) -> None:
    """A text of one line is recognized in a file as texts of several are; paths and commands are no such texts."""
    assert call.tool_lines("edit", "t1", argument).split("\n") == ["[tool edit t1]", *lines]
