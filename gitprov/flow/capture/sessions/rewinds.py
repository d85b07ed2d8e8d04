"""Turns whose prompts a person took back: they are marked, and so are the generations made of them.

What such a turn wrote stays its own only where a file still holds it: lines are claimed by content.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitprov.agents.payloads import rewinds
from gitprov.agents.payloads.rewinds import SessionPrompt
from gitprov.agents.transcripts.values import TakenBack
from gitprov.model.canonical import sha256_hex
from gitprov.model.event import Problem, Turn
from gitprov.model.lines import utf8
from gitprov.store import files
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import ABANDONED, session_key

_LIMIT = 8 << 20
"""Bytes of a session's record, from its end, that are searched."""
_NEWEST = 64
"""How many turns of a session, the newest ones, are compared with its record."""


def mark(inbox: Inbox, key: str, recorded: Iterable[SessionPrompt]) -> None:
    """Mark the turns of a session whose prompts were taken back. `recorded`: its prompts, in order."""
    names = [name for name in inbox.sessions.turns(key) if name.isdecimal()][-_NEWEST:]
    turns = [inbox.sessions.read(key, name) for name in names]
    for prompt in reversed(list(recorded)):
        at = next((n for n in reversed(range(len(turns))) if _is(turns[n], prompt)), None)
        if at is None:
            continue
        turn = turns[at]
        del turns[at:]
        if isinstance(turn, Turn) and prompt.abandoned and not turn.extra.get(ABANDONED):
            inbox.sessions.finish(Turn(key, turn.turn, extra={ABANDONED: True}))


def mark_ids(inbox: Inbox, key: str, ids: Iterable[str]) -> None:
    """Mark the turns of a session whose prompts have these ids."""
    for name in ids:
        mark(inbox, key, [SessionPrompt(name, "", True)])


def mark_recorded(inbox: Inbox, taken_back: TakenBack, path: str) -> None:
    """Mark what a sweep saw in the record of a session, before the next prompt is there."""
    key = session_key(taken_back.agent, taken_back.session)
    mark_ids(inbox, key, taken_back.ids)
    if not taken_back.ids:
        mark_gemini(inbox, key, path)


def mark_gemini(inbox: Inbox, key: str, path: str) -> None:
    """Mark what the record of a session of Gemini CLI shows as taken back; nothing where it is unreadable."""
    start = max(0, (files.size(path) or 0) - _LIMIT)
    mark(inbox, key, rewinds.of_gemini(_part(path, start, _LIMIT)))


def mark_claude(inbox: Inbox, turn: Turn) -> None:
    """Mark what the prompt of a turn of Claude Code took back; nothing where its transcript is unreadable."""
    if turn.transcript is None or turn.offset is None or not turn.turn.isdecimal():
        return
    start = max(0, turn.offset - _LIMIT)
    data = _part(turn.transcript, start, turn.offset - start + (1 << 20))
    mark(inbox, turn.key, rewinds.of_claude(data, start, turn.offset, turn.prompt_id))


def _part(path: str, start: int, size: int) -> bytes:
    """A part of a session's record, empty where it cannot be read."""
    try:
        return files.read_range(path, start, size) or b""
    except OSError:
        return b""


def _is(turn: Turn | Problem | None, prompt: SessionPrompt) -> bool:
    if not isinstance(turn, Turn):
        return False
    if prompt.id is not None and turn.prompt_id is not None:
        return prompt.id == turn.prompt_id
    return turn.prompt is not None and turn.prompt.digest == f"sha256:{sha256_hex(utf8(prompt.text))}"
