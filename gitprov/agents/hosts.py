"""What an agent runs in, as its hooks' environment says it: `cli`, `ide` or `sdk`, else None."""

from __future__ import annotations

from collections.abc import Mapping

CLI, IDE, SDK = "cli", "ide", "sdk"


def host_of(agent: str, env: Mapping[str, str]) -> str | None:
    """The host of a client, by its name in records. Only variables that this client sets itself count."""
    if agent == "claude-code":
        return _entrypoint(env.get("CLAUDE_CODE_ENTRYPOINT", ""))
    if agent == "copilot-cli":
        return CLI if env.get("COPILOT_CLI") == "1" else None
    if agent == "cline":
        return CLI if env.get("CLINE_WRAPPER_PATH") else None
    return None


def _entrypoint(name: str) -> str | None:
    if name.startswith("sdk"):
        return SDK
    if any(editor in name for editor in ("vscode", "jetbrains", "ide")):
        return IDE
    return CLI if name == "cli" else None
