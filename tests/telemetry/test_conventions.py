"""Each convention of telemetry, read from protobuf and from JSON, and the contents of requests and answers."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gitprov.interop.telemetry.call import DescribedCall
from gitprov.interop.telemetry.content import output_of, prompt_of
from gitprov.interop.telemetry.conventions import calls
from gitprov.interop.telemetry.decode import items
from tests.telemetry.samples import AT, OUTPUT, PROMPT, SPAN, TRACE, logs, pairs, span

json_format: Any = import_module("google.protobuf.json_format")
KEY = f"{TRACE}/{SPAN}"
TOOL = {"path": "a.py", "lines": ["x = 1", {"deep": "y = 2"}]}
TOOL_TEXT = "a.py\nx = 1\ny = 2"
USER = {"role": "user", "content": PROMPT}
ANSWER = {"role": "assistant", "content": OUTPUT}
CHAT = {"gen_ai.operation.name": "chat"}


def parts(text: str) -> list[dict[str, Any]]:
    """The parts of a message by the conventions from 1.37 on."""
    return [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": text}]


SPANS: list[tuple[str, bytes, dict[str, Any]]] = [
    (
        "messages as text", span({**CHAT, "gen_ai.request.model": "m", "gen_ai.request.stop_sequences": ["a"],
            "gen_ai.agent.name": "helper",
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": parts("old")}, {"role": "user", "parts": parts(PROMPT)}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": parts(OUTPUT)}])}),
        {"agent": "helper", "model": "m", "params": {"stop_sequences": ["a"]}, "session": TRACE},
    ),
    (
        "messages as values", span({**CHAT, "gen_ai.input.messages": [{"role": "user", "parts": parts(PROMPT)}],
            "gen_ai.output.messages": [{"role": "assistant", "parts": parts(OUTPUT)}]}),
        {"session": TRACE},
    ),
    (
        "messages in an event of a span", span({}, [("gen_ai.client.inference.operation.details", {**CHAT, "gen_ai.response.model": "m",
            "gen_ai.input.messages": json.dumps([USER]), "gen_ai.output.messages": json.dumps([ANSWER])}), ("gen_ai.choice", {})]),
        {"session": TRACE, "model": "m"},
    ),
    (
        "events of a span before 1.37", span({"gen_ai.system": "x", "gen_ai.response.model": "m"}, [
            ("gen_ai.system.message", {"content": "be brief"}), ("gen_ai.user.message", {"content": PROMPT, "role": "user"}),
            ("gen_ai.choice", {"index": 0, "message": json.dumps({"content": OUTPUT})})]),
        {"model": "m", "session": TRACE},
    ),
    (
        "events with one attribute", span({}, [("gen_ai.content.prompt", {"gen_ai.prompt": json.dumps([USER])}),
            ("gen_ai.content.completion", {"gen_ai.completion": json.dumps([ANSWER])})]),
        {"session": TRACE},
    ),
    (
        "OpenInference", span({"openinference.span.kind": "LLM", "llm.model_name": "m", "session.id": "s",
            "llm.invocation_parameters": json.dumps({"model": "m", "top_p": 1, "tools": []}), "llm.token_count.prompt": 3,
            "llm.token_count.completion": True, "llm.prompt_template.version": "v2",
            "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "be brief",
            "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.contents.0.message_content.text": PROMPT,
            "llm.input_messages.1.message.contents.0.message_content.type": "text",
            "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": OUTPUT}),
        {"model": "m", "session": "s", "params": {"top_p": 1}, "usage": {"input_tokens": 3}, "prompt_version": "v2"},
    ),
    (
        "OpenInference with plain values", span({"openinference.span.kind": "LLM", "input.value": PROMPT, "output.value": OUTPUT}, service="unknown_service:x"),
        {"agent": None, "session": TRACE},
    ),
    (
        "OpenInference with whole documents", span({"openinference.span.kind": "LLM", "input.mime_type": "application/json",
            "input.value": json.dumps({"messages": [USER]}), "output.mime_type": "application/json", "output.value": json.dumps({"choices": [{"message": ANSWER}]})}),
        {"session": TRACE},
    ),
    (
        "OpenLLMetry", span({"llm.request.type": "chat", "gen_ai.request.model": "m", "gen_ai.usage.prompt_tokens": 4,
            "traceloop.association.properties.session_id": "s", "traceloop.prompt.key": "area", "traceloop.prompt.version": 3,
            "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": json.dumps([{"type": "text", "text": PROMPT}]),
            "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": OUTPUT, "gen_ai.completion.0.finish_reason": "stop"}),
        {"model": "m", "session": "s", "usage": {"input_tokens": 4}, "prompt_name": "area", "prompt_version": "3"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("data", "facts"), [row[1:] for row in SPANS], ids=[row[0] for row in SPANS])
def test_conventions_of_spans(data: bytes, facts: dict[str, Any]) -> None:
    """A call in a span by each convention, the same from protobuf and from JSON."""
    whole = {"agent": "codegen", "prompt": PROMPT, "output": OUTPUT, "at": AT, **facts}
    expected = [DescribedCall(KEY, **whole)]
    assert calls(items(data, "traces", is_json=False)) == expected
    document = json.dumps(json_format.MessageToDict(ExportTraceServiceRequest.FromString(data)))
    (call,) = calls(items(document.encode(), "traces", is_json=True))
    assert [call._replace(key=KEY, session=facts.get("session"))] == expected


LOGS: list[tuple[str, bytes, dict[str, Any]]] = [
    ("an event with the details", logs(("gen_ai.client.inference.operation.details", None, {**CHAT,
        "gen_ai.input.messages": [USER], "gen_ai.output.messages": [ANSWER]})), {}),
    ("events before 1.37", logs(("gen_ai.user.message", {"content": PROMPT}, {}), ("gen_ai.tool.message", {"content": "x"}, {}),
        ("gen_ai.choice", {"index": 0, "message": {"content": OUTPUT, "role": "assistant"}}, {})), {}),
    ("names in an attribute", logs(("", {"content": PROMPT}, {"event.name": "gen_ai.user.message"}),
        ("", {"message": OUTPUT}, {"event.name": "gen_ai.choice"})), {}),
    ("no span", logs(("gen_ai.client.inference.operation.details", None, {**CHAT,
        "gen_ai.input.messages": [USER], "gen_ai.output.messages": [ANSWER]}), in_span=False), {"key": "", "session": None}),
]  # fmt: skip


@pytest.mark.parametrize(("data", "facts"), [row[1:] for row in LOGS], ids=[row[0] for row in LOGS])
def test_conventions_of_logs(data: bytes, facts: dict[str, Any]) -> None:
    """A call in log records, the same from protobuf and from JSON."""
    whole = {
        "key": KEY,
        "agent": "codegen",
        "session": TRACE,
        "prompt": PROMPT,
        "output": OUTPUT,
        "at": AT,
        **facts,
    }
    expected = [DescribedCall(**whole)]
    assert calls(items(data, "logs", is_json=False)) == expected
    document = json.dumps(json_format.MessageToDict(ExportLogsServiceRequest.FromString(data)))
    (call,) = calls(items(document.encode(), "logs", is_json=True))
    assert call._replace(key=whole["key"], session=whole["session"]) == expected[0]


NO_CALLS = [
    {"gen_ai.operation.name": "embeddings", "gen_ai.input.messages": "[]"},
    {"gen_ai.operation.name": "invoke_agent", "gen_ai.output.messages": json.dumps([ANSWER])},
    {"openinference.span.kind": "CHAIN", "output.value": OUTPUT},
    {"traceloop.span.kind": "workflow", "traceloop.entity.output": OUTPUT},
    {"http.method": "GET"},
]


def test_what_is_no_call() -> None:
    """Spans of agents, tools, chains and embeddings are no calls, nor are other events and log records."""
    for attributes in NO_CALLS:
        assert calls(items(span(attributes), "traces", is_json=False)) == []
    records = logs(("my.event", "text", {}), ("other", "x", CHAT), ("gen_ai.evaluation.result", "x", {}))
    assert calls(items(records, "logs", is_json=False)) == []


MESSAGES: list[tuple[str, Any, str | None]] = [
    ("chat completions", {"choices": [{"index": 0, "message": ANSWER}]}, OUTPUT),
    ("messages", {"type": "message", "content": [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": OUTPUT}]}, OUTPUT),
    ("responses", {"text": {"format": {"type": "text"}}, "output": [{"type": "reasoning", "content": "x"},
        {"type": "message", "content": [{"type": "output_text", "text": OUTPUT}]}]}, OUTPUT),
    ("generateContent", {"candidates": [{"content": {"parts": [{"text": "x", "thought": True}, {"text": OUTPUT}]}}]}, OUTPUT),
    ("LangChain", {"generations": [[{"text": OUTPUT, "message": {"kwargs": {"content": "x"}}}]]}, OUTPUT),
    ("a call of a tool by chat", {"content": None, "tool_calls": [{"type": "function", "function": {"arguments": json.dumps(TOOL)}}]}, TOOL_TEXT),
    ("text and a call of a tool", {"content": "I write.", "tool_calls": [{"name": "w", "args": TOOL}]}, "I write.\n" + TOOL_TEXT),
    ("a call of a tool by messages", {"content": [{"type": "tool_use", "input": TOOL}]}, TOOL_TEXT),
    ("a call of a tool in parts", {"parts": [{"type": "tool_call", "arguments": TOOL}]}, TOOL_TEXT),
    ("a call of a function", {"candidates": [{"content": {"parts": [{"functionCall": {"args": TOOL}}]}}]}, TOOL_TEXT),
    ("a call of a tool by OpenInference", {"message": {"tool_calls": [{"tool_call": {"function": {"arguments": json.dumps(TOOL)}}}]}}, TOOL_TEXT),
    ("plain text", OUTPUT, OUTPUT),
    ("text that is JSON", '{"a": 1', '{"a": 1'),
    ("text that is a list", "[1, 2]", "[1, 2]"),
    ("nothing", {"choices": []}, None),
    ("a result of a tool", [{"type": "tool_result", "content": "x"}], None),
    ("a number", 7, None),
]  # fmt: skip


def test_answers() -> None:
    """The text of an answer in the shapes of providers."""
    assert {name: output_of(value) for name, value, _ in MESSAGES} == {
        name: text for name, _, text in MESSAGES
    }


REQUESTS: list[tuple[str, Any, str | None]] = [
    ("the last of the user", {"messages": [{"role": "user", "content": "a"}, ANSWER, USER, {"role": "tool", "content": "x"}]}, PROMPT),
    ("without a result of a tool", [USER, {"role": "user", "content": [{"type": "tool_result", "content": "x"}]}], PROMPT),
    ("LangChain", {"messages": [[{"id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": PROMPT}}]]}, PROMPT),
    ("LangChain in short", {"messages": [{"type": "human", "content": PROMPT}]}, PROMPT),
    ("a message in a list", [{"message": {"role": "user", "content": PROMPT}}], PROMPT),
    ("responses", {"input": PROMPT, "instructions": "x"}, PROMPT),
    ("generateContent", {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}, PROMPT),
    ("a text", PROMPT, PROMPT),
    ("texts", {"prompts": ["a", PROMPT]}, PROMPT),
    ("no user", [{"role": "system", "content": "x"}], None),
    ("a number", 7, None),
]  # fmt: skip


def test_prompts() -> None:
    """The prompt of a request in the shapes of providers."""
    assert {name: prompt_of(value) for name, value, _ in REQUESTS} == {
        name: text for name, _, text in REQUESTS
    }


def test_numbered_names_that_do_not_fit() -> None:
    """A name that is a value and a list at once, or too deep, spoils nothing."""
    attributes = {
        "llm.output_messages.0.message": "x", "llm.output_messages.0.message.content": OUTPUT,
        "llm.output_messages.1.message.content": OUTPUT, "llm.output_messages.x.message": "y",
        "llm.output_messages.2" + ".a" * 500: "z", "openinference.span.kind": "LLM",
    }  # fmt: skip
    (call,) = calls(items(span(attributes), "traces", is_json=False))
    assert call.output == f"x\n{OUTPUT}"


BAD = [
    {"resourceSpans": {}},
    {"resourceSpans": [7]},
    {"resourceSpans": [{"resource": 7}]},
    {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": 7}]}]}]},
    {"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "x"}]}]}]},
    {
        "resourceSpans": [
            {"scopeSpans": [{"spans": [{"attributes": [{"key": "a", "value": {"intValue": []}}]}]}]}
        ]
    },
]


@pytest.mark.parametrize("document", BAD)
def test_wrong_types(document: dict[str, Any]) -> None:
    """A field of another type is an error."""
    with pytest.raises(ValueError, match="no "):
        items(json.dumps(document).encode(), "traces", is_json=True)


def test_values() -> None:
    """Values of every type come through; what JSON cannot hold becomes null."""
    things = {"a": -5, "b": True, "c": 1.5, "d": ["x", 1], "e": {"f": "g"}, "h": None, "i": float("inf")}
    (item,) = items(span(things), "traces", is_json=False)
    assert item.attributes == {**things, "i": None}
    row = {"attributes": [{"key": "a", "value": {"intValue": "-7"}}, {"key": "b"}]}
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [row]}]}]}
    (item,) = items(json.dumps(document).encode(), "traces", is_json=True)
    assert item.attributes == {"a": -7, "b": None}


def test_deep_protobuf() -> None:
    """Lists in lists are an error before they exhaust the stack."""
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(ValueError, match="too deep"):
        items(span({"a": deep}), "traces", is_json=False)
    assert pairs({"a": 1})


@given(st.binary(max_size=60), st.integers(0, 400), st.sampled_from(["traces", "logs"]))
def test_damaged_requests(noise: bytes, at: int, signal: str) -> None:
    """Damaged bytes are read or refused by a ValueError, as protobuf and as JSON."""
    data = SPANS[0][1]
    for content, is_json in ((data[:at] + noise + data[at + len(noise) :], False), (noise, True)):
        try:
            calls(items(content, signal, is_json=is_json))
        except ValueError:
            pass
