"""Which client sent a payload, told by what the payload holds."""

from __future__ import annotations

from typing import Any

import pytest

from gitprov.agents.claude import claude_code
from gitprov.agents.payloads import clients

DATED = {"timestamp": "2026-02-01T10:00:00Z"}
PAYLOADS: list[tuple[str, dict[str, Any]]] = [
    ("claude-code", {}),
    ("claude-code", {"transcript_path": "/h/.claude/projects/x/s.jsonl", "prompt_id": "3e834ae4-86c6"}),
    ("claude-code", {"transcript_path": "/h/.claude/projects/x/s.jsonl", **DATED}),
    ("claude-code", {"tool_input": {"path": "a"}, "transcript_path": "/h/.claude/projects/x/s.jsonl"}),
    ("claude-code", {"timestamp": 5, "tool_result": "text"}),
    ("qwen-code", {"tool_call_id": "call_1"}),
    ("qwen-code", {"transcript_path": "/h/.qwen/projects/x/chats/s.jsonl", **DATED}),
    ("qwen-code", {"prompt_id": "s########1"}),
    ("copilot-cli", {"tool_result": {"result_type": "success"}}),
    ("copilot-cli", {"tool_input": {"path": "a", "file_text": "x"}}),
    ("copilot-cli", DATED),
    ("copilot-cli", {"transcript_path": "/h/.copilot/session-state/s/events.jsonl", **DATED}),
    ("gemini-cli", {"transcript_path": "/h/.gemini/tmp/x/chats/s.jsonl", **DATED}),
]


@pytest.mark.parametrize(("client", "payload"), PAYLOADS)
def test_the_client_is_told_by_its_marks(client: str, payload: dict[str, Any]) -> None:
    """Each client's payloads have marks that Claude Code's lack."""
    assert clients.client_of(payload) == client


def test_a_payload_of_claude_is_taken_as_it_is() -> None:
    """Nothing is translated that needs no translation, and a client of another form is refused by name."""
    payload = {"hook_event_name": "Stop"}
    assert clients.translated(payload, clients.CLAUDE) is payload
    with pytest.raises(ValueError, match="gemini-cli"):
        clients.translated(payload, clients.GEMINI)


def test_qwens_answers() -> None:
    """A tool of Qwen's that shows no file says nothing about one; a prompt without text is none."""
    base = {"hook_event_name": "PostToolUse", "tool_call_id": "c"}
    for response in ("text", {"returnDisplay": ""}, {"returnDisplay": {"originalContent": 5}}):
        hook = claude_code.read({**base, "tool_name": 5, "tool_response": response} | {"tool_name": "edit"})
        assert (hook.agent, hook.tool, hook.response) == ("qwen-code", "Edit", {})
    shown = {"originalContent": "", "newContent": "x", "isNewFile": True}
    hook = claude_code.read({**base, "tool_name": "write_file", "tool_response": {"returnDisplay": shown}})
    assert hook.response == {"originalFile": None, "type": "create"}
    for prompt in ("", None):
        assert claude_code.read({**base, "prompt": prompt}).prompt is None
    assert claude_code.read({**base, "prompt": "<reminder> do", "submitted_prompt": "do"}).prompt == "do"
    with pytest.raises(ValueError, match="tool_name"):
        claude_code.read({**base, "tool_name": 5})


def test_copilots_patch_is_refused() -> None:
    """A patch is another form of edit: the adapter says that it does not understand it."""
    with pytest.raises(ValueError, match="apply_patch"):
        claude_code.read({"hook_event_name": "PreToolUse", "tool_input": "*** Begin Patch", **DATED})


def test_copilots_parallel_edits() -> None:
    """Of two edits announced at once, the second one's file before is the file after the first."""
    payload = {
        "hook_event_name": "PostToolUse",
        "tool_name": "Edit",
        "tool_input": {"path": "a", "old_str": "two", "new_str": "2"},
        "tool_result": {"result_type": "success"},
    }
    hook = claude_code.read(payload)
    seen = claude_code.FileState(b"one\ntwo\n")
    (change,) = claude_code.changes(hook, hook.input, seen, b"1\n2\n")
    assert (change.before, change.after) == (b"1\ntwo\n", b"1\n2\n")
    (change,) = claude_code.changes(hook, hook.input, seen, b"2 2 2\n")
    assert (change.before, change.after) == (b"one\ntwo\n", b"one\n2\n")
