"""Hooks that agents run before a tool: the shell command of a payload, and a refusal in each agent's form.

A hook that prints nothing and exits with 0 leaves the decision to the agent's usual rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

CLAUDE, CODEX, GEMINI, COPILOT, CURSOR = "claude-code", "codex", "gemini", "copilot", "cursor"
AGENTS = (CLAUDE, CODEX, GEMINI, COPILOT, CURSOR)
"""Agents whose hooks are understood. Qwen Code's have the form of Claude Code's."""

_SHELLS = frozenset(
    {"bash", "shell", "exec_command", "shell_command", "run_shell_command", "powershell", "execute"}
)


class ShellCall(NamedTuple):
    """A shell command that an agent is about to run, and the directory of its session, empty if unnamed."""

    agent: str
    command: str
    cwd: str


def shell_call(payload: object, agent: str | None) -> ShellCall | None:
    """The shell command of a payload; None for another tool and for a payload of another form.

    `agent`: one of AGENTS; None finds it from the payload.
    """
    if not isinstance(payload, dict):
        return None
    tool = payload.get("tool_name", payload.get("toolName"))
    if tool is None:  # Cursor's hook for shell commands alone
        command = payload.get("command")
    elif isinstance(tool, str) and tool.lower() in _SHELLS:
        command = _command(payload.get("tool_input", payload.get("toolArgs")))
    else:
        return None
    cwd = payload.get("cwd")
    if not isinstance(command, str):
        return None
    return ShellCall(agent or agent_of(payload), command, cwd if isinstance(cwd, str) else "")


def _command(arguments: object) -> str | None:
    """The command in a tool's arguments, which may be an object, its JSON text, or have a list of words."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return None
    if not isinstance(arguments, dict):
        return None
    command = arguments.get("command", arguments.get("cmd"))
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        import shlex

        return shlex.join(command)
    return command if isinstance(command, str) else None


def agent_of(payload: Mapping[str, Any]) -> str:
    """The agent that sent a payload."""
    event, transcript = payload.get("hook_event_name"), payload.get("transcript_path")
    if "cursor_version" in payload or event in ("beforeShellExecution", "preToolUse"):
        return CURSOR
    if event is None and "toolName" in payload:
        return COPILOT
    if event == "BeforeTool":
        return GEMINI
    return CODEX if "turn_id" in payload or "/rollout-" in str(transcript) else CLAUDE


def refusal(agent: str, reason: str) -> str:
    """What the hook prints so that the agent does not run the command and its model reads the reason."""
    answers: dict[str, dict[str, Any]] = {
        GEMINI: {"decision": "deny", "reason": reason},
        COPILOT: {"permissionDecision": "deny", "permissionDecisionReason": reason},
        CURSOR: {"permission": "deny", "user_message": reason, "agent_message": reason},
    }
    claude = {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        }
    }
    return json.dumps(answers.get(agent, claude)) + "\n"


class HookSetting(NamedTuple):
    """Where an agent's hooks are configured, and the text that makes it run `gitprov guard`."""

    agent: str
    name: str
    file: str
    text: str


def _claude_like(matcher: str, command: str, timeout: int, event: str = "PreToolUse") -> str:
    hook = {"type": "command", "command": command, "timeout": timeout}
    return json.dumps({"hooks": {event: [{"matcher": matcher, "hooks": [hook]}]}})


def hook_settings() -> list[HookSetting]:
    """The settings of every agent, in the order of AGENTS."""
    line = "gitprov guard {}".format
    copilot = {"type": "command", "bash": line(COPILOT), "powershell": line(COPILOT), "timeoutSec": 10}
    return [
        HookSetting(CLAUDE, "Claude Code", ".claude/settings.json", _claude_like("Bash", line(CLAUDE), 10)),
        HookSetting(CODEX, "Codex", "~/.codex/hooks.json", _claude_like("Bash", line(CODEX), 10)),
        HookSetting(
            GEMINI, "Gemini CLI", ".gemini/settings.json",
            _claude_like("run_shell_command", line(GEMINI), 10_000, "BeforeTool"),
        ),
        HookSetting(
            COPILOT, "Copilot CLI", ".github/hooks/gitprov.json",
            json.dumps({"version": 1, "hooks": {"preToolUse": [copilot]}}),
        ),
        HookSetting(
            CURSOR, "Cursor", ".cursor/hooks.json",
            json.dumps({"version": 1, "hooks": {"beforeShellExecution": [{"command": line(CURSOR)}]}}),
        ),
    ]  # fmt: skip
