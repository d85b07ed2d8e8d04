"""The stretch of an agent's transcript that belongs to a turn; read only for a turn that lacks facts."""

from __future__ import annotations

from gitprov.agents.claude import claude_transcript
from gitprov.agents.claude.claude_transcript import Slice
from gitprov.errors import Damaged
from gitprov.flow.capture.sessions import turns as reading
from gitprov.model.event import Turn
from gitprov.model.lines import utf8
from gitprov.store import files
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import UNREAD_END


def with_excerpt(inbox: Inbox, turn: Turn, excerpt: Slice, unread: bool) -> Turn:
    """The turn with the facts of its excerpt. `unread`: its end was not in the transcript when it stopped."""
    turn = reading.with_excerpt(inbox, turn, excerpt, turn.prompt is None)
    return _with_last_answer(inbox, turn, excerpt) if unread else turn


def excerpt_of(inbox: Inbox, turn: Turn, used: list[str]) -> Slice | None:
    """The turn's stretch of transcript, located by its offset, else by its tool uses."""
    following = _next_offset(inbox, turn)
    excerpt = _quiet_read(turn, following)
    if excerpt is not None and (excerpt.tools or not used or turn.offset == 0):
        return excerpt
    start = _find(turn, used)
    tool_excerpt = None if start is None else _quiet_read(turn._replace(offset=start), None)
    return tool_excerpt or excerpt


def _quiet_read(turn: Turn, following: int | None) -> Slice | None:
    try:
        return reading.read_turn(turn, following)
    except OSError:
        return None


def _find(turn: Turn, used: list[str]) -> int | None:
    """Offset, in bytes, of the prompt whose turn contains the first of these tool uses."""
    size = None if turn.transcript is None else files.size(turn.transcript)
    if turn.transcript is None or size is None or not used:
        return None
    start = max(0, size - reading.READ_LIMIT)
    try:
        data = files.read_range(turn.transcript, start, reading.READ_LIMIT) or b""
    except OSError:
        return None
    place = min((at for at in (data.find(utf8(tool_use_id)) for tool_use_id in used) if at >= 0), default=-1)
    if place < 0:
        return None
    prompts = claude_transcript.prompts(data[:place], start, turn.subagent is not None)
    return prompts[-1].offset if prompts else start


def _next_offset(inbox: Inbox, turn: Turn) -> int | None:
    """Offset of the session's next announced turn in the same transcript.

    UNTIL_END without such a turn; None if this turn was not announced.
    """
    if not turn.turn.isdecimal():
        return None
    following = inbox.turn(turn.key, f"{int(turn.turn) + 1:06d}")
    if isinstance(following, Turn) and following.transcript == turn.transcript:
        return following.offset
    return reading.UNTIL_END


def _with_last_answer(inbox: Inbox, turn: Turn, excerpt: Slice) -> Turn:
    """The turn with the agent's last answer at the end of its output, even if the transcript lacks it."""
    try:
        message = inbox.get_blob(turn.message).decode("utf-8", "replace") if turn.message is not None else ""
    except Damaged:
        return turn
    if reading.answers(excerpt, message):
        return turn._replace(extra={**turn.extra, UNREAD_END: False})
    return reading.with_message(inbox, turn, excerpt, message)
