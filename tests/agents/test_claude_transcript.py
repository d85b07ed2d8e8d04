"""Transcripts: whole, cut, damaged and streamed twice."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitprov.agents.claude.claude_transcript import find_tool_use, parse, parse_turn, prompts


def user(uuid: str, content: object, **more: object) -> dict[str, Any]:
    """A user row."""
    return {"type": "user", "uuid": uuid, "message": {"role": "user", "content": content}, **more}


def said(message: str, *blocks: object, model: str | None = "m-1", **more: object) -> dict[str, Any]:
    """An assistant row."""
    usage = {"input_tokens": 1, "output_tokens": 2, "service_tier": "standard", "cached": True}
    body = {"id": message, "role": "assistant", "model": model, "content": list(blocks), "usage": usage}
    return {"type": "assistant", "requestId": f"req_{message}", "version": "2.1.0", "message": body, **more}


def words(text: str) -> dict[str, str]:
    """A text block."""
    return {"type": "text", "text": text}


def tool(name: str, **tool_input: object) -> dict[str, object]:
    """A tool use block."""
    return {"type": "tool_use", "id": name, "name": "Edit", "input": tool_input}


def jsonl(*rows: object) -> bytes:
    """Rows as a transcript."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


SESSION = jsonl(
    user("u1", "first"),
    said("a1", words("ok"), tool("t1", x=1)),
    user("u2", [{"type": "tool_result", "tool_use_id": "t1", "content": "done"}], toolUseResult={"a": 1}),
    said("a2", words("bye")),
    user("u3", [words("second"), {"type": "image"}], timestamp="2026-02-01T10:00:00.000Z"),
    said("a3", tool("t2", y=2), model="m-2"),
)


def test_a_session_is_read_in_order() -> None:
    """Prompts, tool uses, output, model, requests and usage stand in one slice."""
    found = parse(SESSION)
    assert [(one.id, one.text) for one in found.prompts] == [("u1", "first"), ("u3", "second")]
    assert found.prompts[1].at == "2026-02-01T10:00:00.000Z"
    assert {name: (one.model, one.prompt) for name, one in found.tools.items()} == {
        "t1": ("m-1", "u1"),
        "t2": ("m-2", "u3"),
    }
    assert found.output == 'ok\n\n[tool Edit t1]\n{\n "x": 1\n}\n\nbye\n\n[tool Edit t2]\n{\n "y": 2\n}'
    assert found.model == "m-2"
    assert found.request_ids == ("req_a1", "req_a2", "req_a3")
    assert found.usage == {"input_tokens": 3, "output_tokens": 6}
    assert found.version == "2.1.0"
    assert found.end == len(SESSION)
    assert prompts(SESSION) == list(found.prompts)


def test_rows_that_are_no_prompts() -> None:
    """Tool results, meta rows, summaries of compaction and subagents' rows are not what somebody typed."""
    rows = jsonl(
        user("u1", "x", isMeta=True),
        user("u2", "x", isCompactSummary=True),
        user("u3", "x", isSidechain=True),
        user("u4", "x", toolUseResult={}),
        user("u5", [{"type": "image"}]),
        user("u6", 7),
        {"type": "user", "message": "x"},
        {"type": "system", "content": "x"},
        {"type": "summary", "summary": "x", "leafUuid": "u"},
        ["not", "an", "object"],
    )
    assert parse(rows).prompts == ()
    assert [one.id for one in parse(rows, sidechain=True).prompts] == ["u3"]


def test_a_subagents_words_are_not_the_sessions() -> None:
    """Assistant rows of a sidechain count in a subagent's transcript only."""
    rows = jsonl(said("a1", words("sub"), isSidechain=True))
    assert parse(rows).output == ""
    assert parse(rows, sidechain=True).output == "sub"


def test_streamed_repeats_count_once() -> None:
    """Rows that repeat a message, or grow it, give its text, tools and usage once."""
    rows = jsonl(
        said("a1", words("He")),
        said("a1", words("Hello")),
        said("a1", words("Hello"), tool("t1", x=1)),
        said("a1", tool("t1", x=2)),
    )
    found = parse(rows)
    assert found.output == 'Hello\n\n[tool Edit t1]\n{\n "x": 2\n}'
    assert found.usage == {"input_tokens": 1, "output_tokens": 2}
    assert found.tools["t1"].input == {"x": 2}


def test_strange_rows_do_no_harm() -> None:
    """Wrong types inside rows are passed over; a synthetic model is no model."""
    rows = jsonl(
        {"type": "assistant", "message": {"content": "plain", "model": "<synthetic>"}},
        {"type": "assistant", "message": {"content": [7, {"type": "text", "text": 1}, {"type": "tool_use"}]}},
        {"type": "assistant", "message": {"content": 7, "usage": 7, "model": 7}},
        {"type": "assistant", "message": 7},
    )
    found = parse(rows)
    assert (found.output, found.model, found.tools, found.usage) == ("plain", None, {}, {})


@given(st.integers(0, len(SESSION)), st.integers(0, len(SESSION)))
def test_any_cut_is_readable(first: int, last: int) -> None:
    """However a transcript is cut, what is whole in it is read and nothing is made up."""
    whole = parse(SESSION)
    part = parse(SESSION[first:last], first)
    assert set(part.prompts) <= set(whole.prompts)
    assert set(part.tools) <= set(whole.tools)
    assert first <= part.end <= max(first, last)


def test_a_turn_ends_where_the_next_begins() -> None:
    """A turn's stretch begins at its prompt and ends at the next, also where rows were written late."""
    second = SESSION.index(b'{"type": "user", "uuid": "u3"')
    late = SESSION.index(b'{"type": "assistant", "requestId": "req_a2"')
    assert set(parse_turn(SESSION, 0, None).tools) == {"t1"}
    first = parse_turn(SESSION, 0, late)
    assert set(first.tools) == {"t1"}
    assert first.output.endswith("bye")
    rest = parse_turn(SESSION[late:], late, None)
    assert set(rest.tools) == {"t2"}
    assert rest.output.startswith("[tool")
    assert set(parse_turn(SESSION[second:], second, None).tools) == {"t2"}


def test_a_turn_without_prompt_row_is_all_there_is() -> None:
    """Where no prompt row stands in a stretch, all of it is the turn's."""
    rows = jsonl(said("a1", words("x")))
    assert parse_turn(rows, 5, None).output == "x"
    assert parse_turn(rows, 5, 6).output == "x"


def test_one_tool_use_is_found_in_a_tail() -> None:
    """A tool use is found by its id among rows that mention it, in a tail cut anywhere."""
    found = find_tool_use(SESSION[10:], "t1")
    assert found is not None
    assert (found.input, found.model, found.request_id) == ({"x": 1}, "m-1", "req_a1")
    assert find_tool_use(SESSION, "t9") is None
    assert find_tool_use(SESSION.rstrip(b"\n"), "t2") is not None
    assert find_tool_use(b"", "t1") is None


def test_deep_nesting_is_skipped() -> None:
    """A row nested too deeply to parse is passed over."""
    deep = b'{"a":' + b"[" * 100000 + b"]" * 100000 + b"}\n"
    assert [one.id for one in parse(deep + SESSION).prompts] == ["u1", "u3"]
