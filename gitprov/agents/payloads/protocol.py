"""The plug-in protocol: edits that any tool or script reports, as one JSON object or one per line.

`gitprov/agents/README.md` documents it for people who write plug-ins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from gitprov.model.untrusted.jsonvalue import optional_text

VERSION = 1


_TEXTS = (
    *("cwd", "agent", "agent_version", "model", "session", "turn", "tool", "tool_use_id"),
    *("prompt", "prompt_name", "prompt_version", "request_id", "output", "human"),
)


class StatedContent(NamedTuple):
    """A content in a report: `present` is False where the report lacks the field."""

    present: bool
    text: str | None


class EditReport(NamedTuple):
    """One edit as a tool reported it. `host` is what the tool runs in, where gitprov itself knows it."""

    type: str
    path: str
    cwd: str | None
    before: StatedContent
    after: StatedContent
    agent: str | None
    agent_version: str | None
    model: str | None
    session: str | None
    turn: str | None
    tool: str | None
    tool_use_id: str | None
    prompt: str | None
    prompt_name: str | None
    prompt_version: str | None
    params: Mapping[str, Any]
    request_id: str | None
    output: str | None
    usage: Mapping[str, Any]
    human: str | None
    at: str | None
    host: str | None = None

    @property
    def generation(self) -> tuple[object, ...]:
        """A key that is equal for two reports of one delivery if they are of one turn."""
        params = json.dumps(self.params, sort_keys=True)
        return self.agent, self.session, self.turn, self.prompt, self.prompt_version, params, self.output


def read(row: object) -> EditReport:
    """Read one report. ValueError, naming the field, where it does not follow the protocol."""
    if not isinstance(row, dict):
        raise ValueError(f"the report is not an object but {type(row).__name__}")
    if row.get("v", VERSION) != VERSION:
        raise ValueError(f"v is {str(row['v'])[:20]}, this gitprov reads {VERSION}")
    kind = optional_text(row, "type") or "ai"
    if kind not in ("ai", "human"):
        raise ValueError(f"type is neither ai nor human: {kind[:40]}")
    path = optional_text(row, "path")
    if not path:
        raise ValueError("path is missing")
    texts = {name: optional_text(row, name) for name in _TEXTS}
    if kind == "ai" and not texts["agent"]:
        raise ValueError("agent is missing")
    return EditReport(
        type=kind,
        path=path,
        before=_content(row, "before"),
        after=_content(row, "after"),
        params=_object(row, "params"),
        usage=_object(row, "usage"),
        at=moment(optional_text(row, "at")),
        **texts,
    )


def _content(row: dict[str, Any], name: str) -> StatedContent:
    return StatedContent(name in row, optional_text(row, name))


def moment(at: str | None) -> str | None:
    """A moment cut to the second. ValueError if it is no moment in UTC."""
    if at is None:
        return None
    shape = "".join("0" if c.isascii() and c.isdigit() else c for c in at)
    if not shape.startswith("0000-00-00T00:00:00") or not shape.endswith("Z"):
        raise ValueError(f"at is not a moment in UTC such as 2026-02-01T10:00:04Z: {at[:40]}")
    return at[:19] + "Z"


def _object(row: dict[str, Any], name: str) -> dict[str, Any]:
    value = row.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not an object but {type(value).__name__}")
    return value
