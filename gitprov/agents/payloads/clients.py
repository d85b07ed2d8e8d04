"""Identifies a hook payload's client and its host; converts other clients' payloads to Claude Code's format.

Copilot CLI runs the hooks of a project's `.claude/settings.json`, and Qwen Code has hooks of the same form.
Both send fields of their own. Checked against Copilot CLI 1.0.102, Qwen Code 0.24.4 and Claude Code 2.1.
"""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CLAUDE = "claude-code"
COPILOT = "copilot-cli"
QWEN = "qwen-code"
GEMINI = "gemini-cli"

CLI, IDE, SDK = "cli", "ide", "sdk"
"""What an agent runs in: a terminal, an editor, or a program that uses its library."""

Payload = dict[str, "Any"]

_QWEN_TOOLS = {"write_file": "Write", "edit": "Edit"}
_COPILOT_FIELDS = {
    "path": "file_path",
    "file_text": "content",
    "old_str": "old_string",
    "new_str": "new_string",
}


def client_of(payload: Payload) -> str:
    """The client that sent a payload: Claude Code if it has no mark of another client."""
    transcript = _text(payload.get("transcript_path"))
    if "tool_call_id" in payload or "/.qwen/" in transcript or "####" in _text(payload.get("prompt_id")):
        return QWEN
    result, arguments = payload.get("tool_result"), payload.get("tool_input")
    if isinstance(result, dict) and "result_type" in result:
        return COPILOT
    if "/.gemini/" in transcript:
        return GEMINI
    if isinstance(arguments, dict) and "path" in arguments and not transcript:
        return COPILOT
    # Claude Code's payloads have no timestamp; Copilot's have one, and a transcript at Stop only.
    dated = isinstance(payload.get("timestamp"), str)
    return COPILOT if dated and (not transcript or "/.copilot/" in transcript) else CLAUDE


def host_of(agent: str, env: Mapping[str, str]) -> str | None:
    """The program that a client runs in, by its hooks' environment: `cli`, `ide` or `sdk`, else None.

    `agent` is the client's name in records. Only variables that this client sets itself count.
    """
    if agent == "claude-code":
        return _entrypoint(env.get("CLAUDE_CODE_ENTRYPOINT", ""))
    if agent == "copilot-cli":
        return CLI if env.get("COPILOT_CLI") == "1" else None
    if agent == "cline":
        return CLI if env.get("CLINE_WRAPPER_PATH") else None
    return None


def translated(payload: Payload, client: str) -> Payload:
    """The payload in Claude Code's format. ValueError for payloads that cannot be converted.

    Transcripts of other clients are left out: their rows have another format.
    """
    if client == CLAUDE:
        return payload
    if client == COPILOT:
        return _copilot(payload)
    if client == QWEN:
        return _qwen(payload)
    raise ValueError(f"this is a payload of {client}, whose hooks are not understood yet")


def _copilot(payload: Payload) -> Payload:
    """Copilot's payload in Claude Code's format; its subagents have sessions of their own."""
    arguments = payload.get("tool_input")
    if isinstance(arguments, str):
        raise ValueError("Copilot CLI reported a patch (apply_patch), which is not understood yet")
    if isinstance(arguments, dict):
        arguments = {_COPILOT_FIELDS.get(name, name): value for name, value in arguments.items()}
    bare = {name: value for name, value in payload.items() if name not in ("transcript_path", "tool_result")}
    if payload.get("agent_id") == payload.get("session_id"):
        bare.pop("agent_id", None)
    return {**bare, "tool_input": arguments}


def _qwen(payload: Payload) -> Payload:
    """Qwen's payload in Claude Code's format; its prompt without text after each tool result becomes None."""
    tool = payload.get("tool_name")
    bare = {name: value for name, value in payload.items() if not name.endswith("transcript_path")}
    bare["tool_name"] = _QWEN_TOOLS.get(tool, tool) if isinstance(tool, str) else tool
    response = payload.get("tool_response")
    shown = response.get("returnDisplay") if isinstance(response, dict) else None
    bare["tool_response"] = _shown(shown) if isinstance(shown, dict) else {}
    if payload.get("prompt") == "":
        bare["prompt"] = None
    elif isinstance(payload.get("submitted_prompt"), str):
        bare["prompt"] = payload["submitted_prompt"]
    return bare


def _shown(display: Payload) -> Payload:
    """The answer of Qwen's editing tools: the whole file before the edit."""
    original = display.get("originalContent")
    if not isinstance(original, str):
        return {}
    new = display.get("isNewFile") is True
    return {"originalFile": None, "type": "create"} if new else {"originalFile": original, "type": "update"}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _entrypoint(name: str) -> str | None:
    if name.startswith("sdk"):
        return SDK
    if any(editor in name for editor in ("vscode", "jetbrains", "ide")):
        return IDE
    return CLI if name == "cli" else None
