"""Capture: one hook payload becomes durable events in the inbox. It never makes its agent fail.

This is the hot path: it runs inside a user's agent at every edit, so it imports little.
"""

from __future__ import annotations

from gitprov.agents.payloads import adapters, clients
from gitprov.errors import GitprovError
from gitprov.flow.capture.moment import Moment, load, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.store.inbox.inbox import Inbox

PAYLOAD_LIMIT = 64 << 20
"""Largest payload read, in bytes."""

AGENTS = ("claude", "generic", *adapters.MODULES)
"""Agent names that `capture` accepts."""

_CLIENTS = {clients.COPILOT: "copilot", clients.QWEN: "qwen"}
"""Clients that run the hooks of Claude Code's settings, each with its name on the command line."""


def capture(agent: str, payload: bytes, moment: Moment, event: str | None = None) -> str | None:
    """Record what one payload reports; `event` is the hook's name where the payload has none.

    Returns None, or one line about a problem that could not be written to the inbox's log. Never raises.
    """
    try:
        _capture(agent, payload, moment, event)
    except Exception as error:  # noqa: BLE001 - no error may stop the agent
        text = str(error) if isinstance(error, (OSError, ValueError, GitprovError)) else repr(error)
        return report(f"capture {agent}: {text}", moment)
    return None


def _capture(agent: str, payload: bytes, moment: Moment, event: str | None) -> None:
    if agent not in AGENTS:
        raise ValueError(f"no such agent; known are generic, {', '.join(adapters.MODULES)}")
    if len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"the payload is larger than {PAYLOAD_LIMIT >> 20} MiB and was not read")
    if agent == "generic":
        from gitprov.flow.capture.protocol import record

        record(payload, moment)
        return
    row = load(payload)
    if agent in adapters.MODULES and agent != clients.CLAUDE:
        _live(agent, event, row, moment)
        return
    client = clients.client_of(row) if isinstance(row, dict) else clients.CLAUDE
    if client in _CLIENTS:
        _live(_CLIENTS[client], None, row, moment)
    else:
        _claude(row, moment)


def _claude(row: object, moment: Moment) -> None:
    from gitprov.flow.capture import claude_code
    from gitprov.flow.capture.digest import digest

    hook = claude_code.read_hook(row, moment)
    inboxes = claude_code.inboxes(hook, moment)
    for inbox in inboxes:
        digest(inbox, moment.env)
    if hook.tool == "Bash":
        _live(clients.CLAUDE, None, row, moment)
    elif hook.name in ("UserPromptSubmit", "Stop"):
        for inbox in inboxes:
            _close(inbox, hook.session, moment)
    claude_code.record_hook(hook, moment)


def _close(inbox: Inbox, session: str, moment: Moment) -> None:
    """Close the shell commands of a session that were announced and never reported as done."""
    from gitprov.store.inbox import intents
    from gitprov.store.inbox.sessions import session_key

    if intents.names(inbox):
        from gitprov.flow.capture import live

        live.close(inbox, moment, session_key(clients.CLAUDE, session), final=True)


def _live(agent: str, event: str | None, row: object, moment: Moment) -> None:
    from gitprov.flow.capture import arrivals, live
    from gitprov.flow.capture.digest import digest

    delivered = arrivals.read(agent, event, row, moment)
    if delivered is None:
        return
    for inbox in live.inboxes(delivered, moment):
        digest(inbox, moment.env)
    live.record(delivered, moment)
