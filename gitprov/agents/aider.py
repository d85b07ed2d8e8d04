"""Aider, which has no hooks: nothing that it runs while it works names a file, a prompt or a model.

What is to be had stands in its commits and in its chat history. Checked against Aider 0.86.2.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads.common import no_facts as facts
from gitprov.agents.payloads.report import HookReport

__all__ = ["facts", "read"]


def read(_row: dict[str, Any], _event: str | None) -> HookReport | None:
    """Nothing: Aider's notifications carry no facts."""
    return None
