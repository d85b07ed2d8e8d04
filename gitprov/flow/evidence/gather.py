"""Evidence: what capture recorded in one worktree, read for commits and for status.

Turns are completed here from what the Stop hook recorded, else from the agent's transcript, else from the
tool inputs that are stored with the events.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gitprov.agents import claude_transcript
from gitprov.agents.claude_transcript import Slice
from gitprov.errors import Damaged
from gitprov.flow.capture import turns as reading
from gitprov.model.event import ContentRef, Event, Problem, Turn
from gitprov.model.lines import utf8
from gitprov.store import files
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import FORGOTTEN

TurnKey = tuple[str, str]
"""(session key, turn id)."""


class EvidenceBound(NamedTuple):
    """Which events may be used: those up to the seq `last` (None: all), and not those named in `without`."""

    last: int | None = None
    without: frozenset[int] = frozenset()

    def admits(self, seq: int | None) -> bool:
        """Whether an event may be used; a row without seq may."""
        return seq is None or ((self.last is None or seq <= self.last) and seq not in self.without)


class Evidence(NamedTuple):
    """Events in order, the turns that they name, and problems with unreadable ones."""

    events: list[Event]
    turns: dict[TurnKey, Turn]
    problems: list[Problem]

    @property
    def last(self) -> int:
        """The highest seq of all events, readable or not; 0 without events."""
        numbers = (one.seq for rows in (self.events, self.problems) for one in rows)
        return max((seq for seq in numbers if seq is not None), default=0)

    def within(self, bound: EvidenceBound) -> Evidence:
        """The evidence that a bound admits. All turns stay: a turn without events has no effect."""
        events = [one for one in self.events if bound.admits(one.seq)]
        return Evidence(events, self.turns, [one for one in self.problems if bound.admits(one.seq)])


def gather(inbox: Inbox, *, archived: bool = False, complete: bool = True) -> Evidence:
    """All readable events of an inbox, with their turns.

    `archived` adds retired events, in one order with the live ones. With `complete`, facts that a turn lacks
    are read from its transcript and stored in the inbox; without it nothing is written. Damaged entries are
    listed in `problems` and hide no other evidence.
    """
    entries = (inbox.archived() if archived else []) + inbox.events()
    events = sorted((one for one in entries if isinstance(one, Event)), key=lambda event: event.seq)
    problems = [one for one in entries if isinstance(one, Problem)]
    groups: dict[TurnKey, list[Event]] = {}
    for event in events:
        if event.key is not None and event.turn is not None:
            groups.setdefault((event.key, event.turn), []).append(event)
    turns: dict[TurnKey, Turn] = {}
    facts: dict[str, tuple[str | None, str | None]] = {}
    for name, turn_events in groups.items():
        turn = _read(inbox, name, turn_events, problems)
        if complete:
            turn = _completed(inbox, turn, turn_events, facts, problems)
        turns[name] = turn
    return Evidence([_with_facts(one, facts) for one in events], turns, problems)


def _read(inbox: Inbox, name: TurnKey, events: list[Event], problems: list[Problem]) -> Turn:
    """The turn's files; a turn whose file is missing is made up from its events alone."""
    try:
        turn = inbox.turn(*name)
    except ValueError as error:
        turn = Problem(f"events/{events[0].seq:010d}.json", str(error))
    if isinstance(turn, Turn):
        return turn
    problems.append(turn or Problem(f"sessions/{name[0]}/turn-{name[1]}.json", "is missing"))
    first = next((one for one in events if one.type == "ai"), events[0])
    return Turn(
        *name,
        agent=first.agent,
        session=first.session,
        subagent=first.subagent,
        at=first.at,
        model=first.model,
    )


def _completed(
    inbox: Inbox,
    turn: Turn,
    events: list[Event],
    facts: dict[str, tuple[str | None, str | None]],
    problems: list[Problem],
) -> Turn:
    """The turn with all facts that can still be found; new ones are stored in the inbox."""
    if turn.extra.get(FORGOTTEN):
        return turn
    before = turn
    used = [one.tool_use_id for one in events if one.tool_use_id]
    lacks_model = any(one.type == "ai" and one.tool_use_id and not one.model for one in events)
    covered = turn.output is not None and set(used) <= set(turn.tools)
    unread = bool(turn.extra.get(reading.UNREAD_END))
    if turn.transcript and (lacks_model or unread or not (covered and turn.model and turn.prompt)):
        excerpt = _excerpt(inbox, turn, used)
        if excerpt is not None:
            facts.update({one.id: (one.model, one.request_id) for one in excerpt.tools.values()})
            turn = reading.with_excerpt(inbox, turn, excerpt, turn.prompt is None)
            turn = _with_last_answer(inbox, turn, excerpt) if unread else turn
            covered = turn.output is not None and set(used) <= set(turn.tools)
    if turn.model is None:
        turn = turn._replace(model=_model(inbox, turn, events))
    if turn.output is None or (used and not covered and not turn.tools):
        turn = turn._replace(output=_from_inputs(inbox, turn, events, problems))
    if turn != before:
        try:
            inbox.sessions.finish(turn._replace(parent=None))
        except OSError as error:
            problems.append(Problem("inbox", f"a turn's end could not be kept: {error}"))
    return turn


def _with_last_answer(inbox: Inbox, turn: Turn, excerpt: Slice) -> Turn:
    """The turn with the agent's last answer at the end of its output, even if the transcript lacks it."""
    try:
        message = inbox.get_blob(turn.message).decode("utf-8", "replace") if turn.message is not None else ""
    except Damaged:
        return turn
    if reading.answers(excerpt, message):
        return turn._replace(extra={**turn.extra, reading.UNREAD_END: False})
    return reading.with_message(inbox, turn, excerpt, message)


def _excerpt(inbox: Inbox, turn: Turn, used: list[str]) -> Slice | None:
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


def _model(inbox: Inbox, turn: Turn, events: list[Event]) -> str | None:
    """The newest model that the events name, else the session's; None where neither names one."""
    named = [one.model for one in events if one.type == "ai" and one.model]
    if named or turn.subagent is not None:
        return named[-1] if named else None
    model = inbox.sessions.noted(turn.key, "session").get("model")
    return model if isinstance(model, str) and model else None


def _from_inputs(
    inbox: Inbox, turn: Turn, events: Iterable[Event], problems: list[Problem]
) -> ContentRef | None:
    """An output assembled from the tool inputs that are stored with the events."""
    parts: list[bytes] = []
    for event in events:
        if event.type != "ai" or event.input is None:
            continue
        try:
            parts.append(inbox.get_blob(event.input))
        except Damaged as error:
            problems.append(Problem(f"events/{event.seq:010d}.json", f"input: {error.message}", event.seq))
    if turn.message is not None:
        try:
            parts.append(inbox.get_blob(turn.message))
        except Damaged as error:
            problems.append(Problem(f"sessions/{turn.key}/end-{turn.turn}.json", error.message))
    return inbox.blobs.put_text(b"\n\n".join(parts)) if parts else None


def _with_facts(event: Event, facts: dict[str, tuple[str | None, str | None]]) -> Event:
    """The event with model and request from the transcript, where the event lacks them."""
    if event.type != "ai" or event.tool_use_id not in facts:
        return event
    model, request = facts[event.tool_use_id]
    return event._replace(model=event.model or model, request_id=event.request_id or request)
