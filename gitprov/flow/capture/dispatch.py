"""Capture: one hook payload becomes durable events in the inbox. It never makes its agent fail.

This is the hot path: it runs inside a user's agent at every edit, so it imports little.
"""

from __future__ import annotations

from gitprov.errors import GitprovError
from gitprov.flow.capture.moment import Moment, load, report

PAYLOAD_LIMIT = 64 << 20
"""Largest payload read, in bytes."""

AGENTS = ("claude-code", "claude", "generic")
"""Agent names that `capture` accepts."""


def capture(agent: str, payload: bytes, moment: Moment) -> str | None:
    """Record what one payload reports.

    Returns None, or one line about a problem that could not be written to the inbox's log. Never raises.
    """
    try:
        _capture(agent, payload, moment)
    except Exception as error:  # noqa: BLE001 - no error may stop the agent
        text = str(error) if isinstance(error, (OSError, ValueError, GitprovError)) else repr(error)
        return report(f"capture {agent}: {text}", moment)
    return None


def _capture(agent: str, payload: bytes, moment: Moment) -> None:
    if agent not in AGENTS:
        raise ValueError("no such agent; known are claude-code and generic")
    if len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"the payload is larger than {PAYLOAD_LIMIT >> 20} MiB and was not read")
    if agent == "generic":
        from gitprov.flow.capture.protocol import record

        record(payload, moment)
    else:
        from gitprov.flow.capture import claude_code
        from gitprov.flow.capture.digest import digest

        hook = claude_code.read_hook(load(payload), moment)
        for inbox in claude_code.inboxes(hook, moment):
            digest(inbox, moment.env)
        claude_code.record_hook(hook, moment)
