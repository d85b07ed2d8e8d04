"""Reads the hook payloads of Continue CLI. Written from type definitions of Continue CLI 1.5.47."""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads.common import no_facts as facts
from gitprov.agents.payloads.common import read_like_claude
from gitprov.agents.payloads.report import HookReport

AGENT = "continue"

__all__ = ["AGENT", "facts", "read"]


def read(row: dict[str, Any], event: str | None) -> HookReport | None:
    """The report of one payload; None for events without meaning for lines."""
    return read_like_claude(AGENT, row, event)
