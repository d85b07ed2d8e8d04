"""Messages of the protocol as reports, and diffs decided against the contents of files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitprov.agents.acp.acp import Conversation, edits_of
from gitprov.agents.acp.acp import early_paths as early
from gitprov.agents.acp.acp_edits import Decided, Seen, decide
from gitprov.agents.acp.acp_names import agent_name, counts, model_named, prompt_text
from gitprov.agents.payloads.edits import Replace

LATE = Seen(None, exact=False)
A, B = b"one\ntwo\n", b"one\n2\n"


@pytest.mark.parametrize(
    ("old", "new", "seen", "disk", "answer"),
    [
        ("one\ntwo\n", "one\n2\n", Seen(A), B, (A, B)),  # whole files
        ("one\ntwo\n", "one\n2\n", LATE, B, (A, B)),
        ("one\ntwo\n", "one\n2\n", Seen(A), b"one\r\n2\r\n", (A, b"one\r\n2\r\n")),
        ("one\ntwo\n", "one\n2\n", Seen(A), A, None),  # refused
        ("one\ntwo\n", "one\n2\n", Seen(A), b"one\n3\n", (A, B)),  # a person typed on
        ("", "one\n2\n", Seen(None), B, (None, B)),  # a new file
        ("", "one\n2\n", Seen(A), B, (A, B)),  # overwritten
        ("", "one\n2\n", Seen(None), b"one\n3\n", (None, B)),  # a new file, formatted since
        ("", "one\n2\n", Seen(A), A, None),
        ("", "one\n2\n", LATE, A, ValueError),
        ("two", "2", Seen(A), B, (A, B)),  # parts
        ("two", "2", LATE, B, (A, B)),
        ("two", "2", Seen(B), B, (A, B)),  # announced too late
        ("two", "2", Seen(A), b"zero\none\n2\n", (A, B)),
        ("x", "y", Seen(b"x\nx\n"), b"x\ny\n", (b"x\nx\n", b"x\ny\n")),  # at the second place
        ("x", "y", Seen(b"x\nx\n"), b"y\ny\n", (b"x\nx\n", b"y\ny\n")),  # at every place
        ("x", "y", Seen(b"x\nx\n"), b"z\ny\ny\n", ValueError),
        ("two", "", LATE, b"one\n", ValueError),
        ("absent", "new", Seen(A), A, ValueError),
        ("same", "same", Seen(A), B, None),
        ("two", "2", Seen(A), None, None),
    ],
)  # fmt: skip
def test_the_file_decides(old: str, new: str, seen: Seen, disk: bytes | None, answer: Any) -> None:
    """A text is taken for a whole file or for a part of it only where the contents agree."""
    if answer is ValueError:
        with pytest.raises(ValueError, match="unknown"):
            decide(Replace(old, new), seen, disk)
    else:
        assert decide(Replace(old, new), seen, disk) == (None if answer is None else Decided(*answer))


def test_names() -> None:
    """Agents by their own name or command line, prompts as text, models and tokens where they are named."""
    words = ("/usr/bin/npx", "-y", "@zed-industries/claude-code-acp")
    assert [agent_name(None, words), agent_name("my-agent", words), agent_name(None, ("npx", "-y"))] == [
        "claude-code", "my-agent", "unknown",
    ]  # fmt: skip
    assert agent_name("gemini-cli-a2a", ()) == "gemini-cli"
    assert agent_name(None, ("/opt/thing", "--acp")) == "thing"
    blocks: list[Any] = [
        {"type": "text", "text": "Do"},
        {"type": "resource_link", "uri": "file:///a", "name": "a"},
        {"type": "resource", "resource": {"uri": "file:///b", "text": "B\n"}},
        {"type": "image", "data": "…"},
        {},
        7,
    ]
    assert prompt_text(blocks) == "Do\n[file:///a]\n[file:///b]\nB\n[image]"
    assert prompt_text("x") == ""
    options = [{"category": "mode", "currentValue": "ask"}, {"category": "model", "currentValue": "m-1"}]
    assert model_named({"configOptions": options}) == "m-1"
    assert model_named({"models": {"currentModelId": "m-2"}}) == "m-2"
    assert model_named({"models": {"currentModelId": "default"}, "configOptions": 3}) is None
    assert counts({"inputTokens": 1, "outputTokens": True, "thoughtTokens": -1}) == {"input_tokens": 1}


def message(**row: Any) -> bytes:
    """A line of the protocol."""
    return json.dumps({"jsonrpc": "2.0", **row}).encode()


def update(**row: Any) -> bytes:
    """A notification about the session `s`."""
    return message(method="session/update", params={"sessionId": "s", "update": row})


def names(talk: Conversation, rows: list[tuple[bool, bytes]]) -> list[tuple[str, str | None]]:
    """Event and model of each report of these lines."""
    reports = [entry for agent, line in rows for entry in talk.read(line, agent)]
    return [(entry.report.hook.name, entry.report.hook.model) for entry in reports]


def test_a_conversation() -> None:
    """Requests meet their answers in both directions; replays and unknown messages report nothing."""
    talk = Conversation(("thing",))
    diff = {"type": "diff", "path": "/a", "oldText": None, "newText": "x"}
    call = {"sessionUpdate": "tool_call", "toolCallId": "1", "content": [diff, 7, {"type": "diff"}]}
    load = {"sessionId": "s", "cwd": "/"}
    write = {"sessionId": "s", "path": "/a", "content": "x"}
    rows = [
        (False, message(id=1, method="initialize", params={})),
        (True, message(id=1, result={"agentInfo": {"name": "n", "version": "2"}})),
        (False, message(id=2, method="session/load", params=load)),
        (True, update(**call, status="completed")),
        (True, message(id=2, result={"models": {"currentModelId": "m"}})),
        (True, message(id=2, result={"models": {"currentModelId": "unasked"}})),
        (False, message(id=3, method="session/prompt", params={"sessionId": "s", "prompt": [{"type": "text", "text": "p"}]})),
        (True, update(**call)),
        (True, message(id=9, method="session/request_permission", params={"sessionId": "s", "toolCall": call})),
        (True, update(sessionUpdate="tool_call_update", toolCallId="1", status="failed")),
        (True, update(sessionUpdate="tool_call_update", status="completed")),
        (True, update(sessionUpdate="config_option_update", configOptions=[{"category": "model", "currentValue": "m2"}])),
        (True, message(id="w", method="fs/write_text_file", params=write)),
        (False, message(id="w", error={"code": 1})),
        (True, message(id="w", method="fs/write_text_file", params=write)),
        (False, message(id="w", result=None)),
        (False, message(id=4, method="session/set_model", params={"sessionId": "s", "modelId": "m3"})),
        (True, message(id=4, result={})),
        (True, update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": "a" * (1 << 20)})),
        (True, update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": "b"})),
        (True, update(sessionUpdate="of tomorrow")),
        (True, message(id=5, method="_x/unknown", params={"sessionId": "s"})),
        (True, b"[1, {}]"),
        (True, message(id=3, result={"stopReason": "end_turn"})),
    ]  # fmt: skip
    assert names(talk, rows) == [
        ("UserPromptSubmit", "m"),
        ("PreToolUse", "m"),
        ("PreToolUse", "m"),
        ("PostToolUseFailure", "m"),
        ("PreToolUse", "m2"),
        ("PostToolUseFailure", "m2"),
        ("PreToolUse", "m2"),
        ("PostToolUse", "m2"),
        ("Stop", "m3"),
    ]
    assert (talk.agent, talk.version) == ("n", "2")
    assert Conversation(("x",), "fixed").agent == "fixed"
    for number in range(1100):  # memory stays bounded
        talk.read(update(sessionUpdate="tool_call", toolCallId=str(number)), True)
    assert len(talk._session("s").calls) == 1000
    with pytest.raises(ValueError, match="Expecting"):
        talk.read(b"nonsense", True)


def test_announced_paths() -> None:
    """Messages for whose edits the agent waits name their files."""
    write = message(id=1, method="fs/write_text_file", params={"sessionId": "s", "path": "/a"})
    call = {"toolCallId": "c", "kind": "edit", "locations": [{"path": "/b"}, {"path": "/b"}, {}]}
    permission = message(
        id=2, method="session/request_permission", params={"sessionId": "s", "toolCall": call}
    )
    assert early(write) == ("s", "write 1", ("/a",))
    assert early(permission) == ("s", "c", ("/b",))
    assert early(b"[]") is None
    assert edits_of({"kind": "read", "locations": [{"path": "/b"}]}) == ()
