"""Evidence: what capture recorded in one worktree, read for commits and for status.

Turns are completed here from what the Stop hook recorded, else from the agent's transcript, else from the
tool inputs that are stored with the events. Of a commit only the events are read that the waiting list does
not rule out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gitprov.errors import Damaged
from gitprov.model.event import ContentRef, Event, Problem, Turn
from gitprov.model.lines import LEAST_BLOCK, split_lines
from gitprov.model.named import NamedTuple
from gitprov.store.inbox import waiting
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import FORGOTTEN, UNREAD_END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.flow.change import CommitChange
    from gitprov.flow.context import CommitContext

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
    """Events in order, the turns that they name, and problems with unreadable ones.

    `last`: the highest seq of all live events, readable or not, here or not; 0 without events.
    """

    events: list[Event]
    turns: dict[TurnKey, Turn]
    problems: list[Problem]
    last: int = 0

    def within(self, bound: EvidenceBound) -> Evidence:
        """The evidence that a bound admits. All turns stay: a turn without events has no effect."""
        events = [one for one in self.events if bound.admits(one.seq)]
        problems = [one for one in self.problems if bound.admits(one.seq)]
        last = self.last if bound.last is None else min(self.last, bound.last)
        return Evidence(events, self.turns, problems, last)


def gather(
    inbox: Inbox, *, archived: bool = False, complete: bool = True, seqs: Collection[int] | None = None
) -> Evidence:
    """All readable events of an inbox, or the live ones in `seqs`, with their turns.

    `archived` adds retired events, in one order with the live ones. With `complete`, facts that a turn lacks
    are read from its transcript and stored in the inbox; without it nothing is written. Damaged entries are
    listed in `problems` and hide no other evidence.
    """
    entries = (inbox.archived() if archived else []) + inbox.events(seqs)
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
    last = max((one.seq for one in entries if one.seq is not None), default=0)
    return Evidence([_with_facts(one, facts) for one in events], turns, problems, last)


def _read(inbox: Inbox, name: TurnKey, events: list[Event], problems: list[Problem]) -> Turn:
    """The turn's files; a turn whose file is missing is made up from its events alone."""
    try:
        turn = inbox.turn(*name)
    except ValueError as error:
        turn = Problem(f"events/{events[0].seq:010d}.json", str(error), events[0].seq)
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
    unread = bool(turn.extra.get(UNREAD_END))
    if turn.transcript and (lacks_model or unread or not (covered and turn.model and turn.prompt)):
        from gitprov.flow.evidence.excerpts import excerpt_of, with_excerpt

        excerpt = excerpt_of(inbox, turn, used)
        if excerpt is not None:
            facts.update({one.id: (one.model, one.request_id) for one in excerpt.tools.values()})
            turn = with_excerpt(inbox, turn, excerpt, unread)
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


def concerned(context: CommitContext, commit_change: CommitChange, live: list[int]) -> set[int]:
    """Those of the seqs `live` that may concern a commit: by a path, by lines, or by an event of its turn.

    Lines count by the rule of hooks in sh: three of a path, or one where the commit has a new file. An event
    that the waiting list lacks is included, and each turn with all its events, as its generation has these.
    """
    changes = (*commit_change.changes, *commit_change.work)
    names = {path for change in changes for path in (change.path, change.old_path)}
    lines, least = _added(context, commit_change)
    listed = waiting.WaitingList.read(context.inbox)
    shared: dict[str, set[bytes]] = {}
    for block in listed.blocks(listed.hits(names, lines)).values():
        for path in block.paths:
            shared.setdefault(path, set()).update(block.lines & lines)
    names.update(path for path, rows in shared.items() if len(rows) >= least)
    return set(live) & listed.with_turns(listed.hits(names, ())) | (set(live) - listed.seqs)


def _added(context: CommitContext, commit_change: CommitChange) -> tuple[set[bytes], int]:
    """The lines that the commit adds, without line ends, and how many of them a path must share."""
    lines: set[bytes] = set()
    least = LEAST_BLOCK
    for change in commit_change.changes:
        if not change.has_text:
            continue
        content = split_lines(context.repo.objects.blob(change.new_oid))
        if change.status == "A":
            least = 1
            lines.update(line.rstrip(b"\r\n") for line in content)
        for hunk in change.hunks:
            lines.update(line.rstrip(b"\r\n") for line in content[hunk.new_start : hunk.new_end])
    return lines, least
