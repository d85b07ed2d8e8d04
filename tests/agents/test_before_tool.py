"""Shell commands in the payloads of agents' hooks before a tool, and refusals in each agent's form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitprov.agents.payloads.before_tool import AGENTS, ShellCall, hook_settings, refusal, shell_call

COMMAND = "pip install x"
CLAUDE: dict[str, Any] = {
    "session_id": "s",
    "transcript_path": "/home/u/.claude/projects/-w/s.jsonl",
    "cwd": "/w",
    "hook_event_name": "PreToolUse",
    "tool_name": "Bash",
    "tool_input": {"command": COMMAND, "description": "Install"},
}
PAYLOADS: dict[str, tuple[dict[str, Any], str]] = {
    "claude": (CLAUDE, "claude-code"),
    "qwen": ({**CLAUDE, "tool_name": "run_shell_command", "transcript_path": "/h/.qwen/s.jsonl"}, "claude-code"),
    "codex": ({**CLAUDE, "turn_id": "t", "model": "m", "transcript_path": None}, "codex"),
    "codex, earlier": ({**CLAUDE, "tool_name": "exec_command", "tool_input": {"cmd": COMMAND}, "turn_id": "t"}, "codex"),
    "gemini": ({**CLAUDE, "hook_event_name": "BeforeTool", "tool_name": "run_shell_command", "timestamp": "t"}, "gemini"),
    "copilot": ({"sessionId": "s", "timestamp": 1, "cwd": "/w", "toolName": "bash", "toolArgs": {"command": COMMAND}}, "copilot"),
    "copilot, earlier": ({"toolName": "bash", "cwd": "/w", "toolArgs": json.dumps({"command": COMMAND})}, "copilot"),
    "cursor": ({"hook_event_name": "beforeShellExecution", "command": COMMAND, "cwd": "/w"}, "cursor"),
    "cursor, all tools": ({**CLAUDE, "hook_event_name": "preToolUse", "tool_name": "Shell", "cursor_version": "2"}, "cursor"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_command_of_a_payload(name: str) -> None:
    """With the agent, found from the payload or given."""
    payload, agent = PAYLOADS[name]
    assert shell_call(payload, None) == ShellCall(agent, COMMAND, "/w")
    assert shell_call(payload, "gemini") == ShellCall("gemini", COMMAND, "/w")


def test_a_list_of_words_is_a_command() -> None:
    """As Codex once sent it."""
    call = shell_call({**CLAUDE, "tool_input": {"command": ["bash", "-lc", COMMAND]}, "cwd": 3}, None)
    assert call == ShellCall("claude-code", "bash -lc 'pip install x'", "")


OTHERS: list[object] = [
    None,
    [],
    {},
    {**CLAUDE, "tool_name": "Edit"},
    {**CLAUDE, "tool_name": 3},
    {**CLAUDE, "tool_input": {"command": None}},
    {**CLAUDE, "tool_input": {"command": ["pip", 3]}},
    {**CLAUDE, "tool_input": "no JSON"},
    {**CLAUDE, "tool_input": "[" * 100_000},
    {**CLAUDE, "tool_input": [COMMAND]},
    {"hook_event_name": "beforeShellExecution", "command": 3},
]


@pytest.mark.parametrize("payload", OTHERS, ids=range(len(OTHERS)))
def test_other_payloads_have_no_command(payload: object) -> None:
    """Other tools, and values of another form."""
    assert shell_call(payload, None) is None


def test_refusals() -> None:
    """One JSON object with the reason, in the fields that each agent reads."""
    nested = {"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": "no\n"}
    expected = {
        "claude-code": {"hookSpecificOutput": nested},
        "codex": {"hookSpecificOutput": nested},
        "gemini": {"decision": "deny", "reason": "no\n"},
        "copilot": {"permissionDecision": "deny", "permissionDecisionReason": "no\n"},
        "cursor": {"permission": "deny", "user_message": "no\n", "agent_message": "no\n"},
    }
    assert {agent: json.loads(refusal(agent, "no\n")) for agent in AGENTS} == expected


def test_settings_are_json_for_each_agent() -> None:
    """Each runs the command for its agent."""
    rows = hook_settings()
    assert [row.agent for row in rows] == list(AGENTS)
    for row in rows:
        assert f"gitprov guard {row.agent}" in row.text
        assert json.loads(row.text)["hooks"]
