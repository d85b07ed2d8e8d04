"""What the inboxes of all worktrees hold of a trace or a turn: live, archived and planned."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from gitprov.flow.capture.digest import open_inbox
from gitprov.git.locate import MAIN_WORKTREE
from gitprov.model.event import Event, Turn
from gitprov.store import files
from gitprov.store import plan as plans
from gitprov.store.inbox import retention
from gitprov.store.inbox.inbox import Inbox, inbox_root
from gitprov.store.inbox.retention import Erasure
from gitprov.store.inbox.sessions import FORGOTTEN, session_key

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import Json

TurnKey = tuple[str, str]


class InboxErasure(NamedTuple):
    """What one worktree's inbox holds of a trace or turn. `plan`: a running commit's plan names it too."""

    worktree: str
    erasure: Erasure
    plan: bool

    def to_json(self) -> dict[str, Any]:
        """The JSON object that the journal stores."""
        return {"worktree": self.worktree, "erasure": list(self.erasure), "plan": self.plan}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> InboxErasure:
        """The inverse of `to_json`."""
        seqs, turns, digests = row["erasure"]
        pairs = tuple((str(key), str(turn)) for key, turn in turns)
        return cls(str(row["worktree"]), Erasure(tuple(seqs), pairs, tuple(digests)), bool(row["plan"]))


def of_trace(repo: Repository, trace: str, record: dict[str, Json] | None) -> tuple[InboxErasure, ...]:
    """Every event and turn that a trace was made from."""
    names = _turns_in(record)
    return _rooms(repo, trace, names)


def of_turn(repo: Repository, key: str, turn: str) -> tuple[InboxErasure, ...]:
    """A turn's edits that no generation holds yet, and the turn itself if it has no other edits."""
    return _rooms(repo, None, {(key, turn)})


def transcripts(repo: Repository, rooms: tuple[InboxErasure, ...]) -> list[str]:
    """Paths of the agents' own transcripts of these turns that exist; gitprov does not erase them."""
    paths = set()
    for room in rooms:
        inbox = inbox_at(repo, room.worktree)
        for name in room.erasure.turns:
            turn = inbox.sessions.read(*name)
            if isinstance(turn, Turn) and turn.transcript and files.size(turn.transcript) is not None:
                paths.add(turn.transcript)
    return sorted(paths)


def inbox_at(repo: Repository, worktree: str) -> Inbox:
    """The inbox of one worktree."""
    return open_inbox(inbox_root(repo.common_dir, worktree), repo.env)


def git_dir_of(repo: Repository, worktree: str) -> str | None:
    """The git directory of one worktree, None where the worktree is gone."""
    if worktree == MAIN_WORKTREE:
        return repo.common_dir
    path = os.path.join(repo.common_dir, "worktrees", worktree)
    return path if os.path.isdir(path) else None


def _rooms(repo: Repository, trace: str | None, names: set[TurnKey]) -> tuple[InboxErasure, ...]:
    rooms = []
    place = os.path.join(repo.home, "inbox")
    for worktree in files.names(place):
        # Opening an inbox renames what a removed worktree of the same name left behind.
        inbox_at(repo, worktree)
    for worktree in files.names(place):
        room = _room(repo, worktree, trace, names)
        if room.erasure.seqs or room.erasure.turns or room.plan:
            rooms.append(room)
    return tuple(rooms)


def _room(repo: Repository, worktree: str, trace: str | None, names: set[TurnKey]) -> InboxErasure:
    inbox = inbox_at(repo, worktree)
    git_dir = git_dir_of(repo, worktree)
    plan = plans.load(git_dir) if git_dir is not None else None
    planned = {seq: spent.trace for seq, spent in plan.spent.items()} if plan is not None else {}
    chosen = [
        event
        for event in inbox.events() + inbox.archived()
        if isinstance(event, Event)
        and _is_of(event, inbox.spent(event.seq).trace or planned.get(event.seq), trace, names)
    ]
    seqs = {event.seq for event in chosen}
    turns = {(event.key, event.turn) for event in chosen if event.key and event.turn} | (
        names if trace else set()
    )
    turns |= _turns_of_same_prompt(inbox, turns)
    free = {name for name in turns - retention.needed_turns(inbox, seqs) if _has_text(inbox, name)}
    mentioned = plan is not None and _mentions(plan, trace, seqs)
    return InboxErasure(worktree, retention.erasure(inbox, seqs, free), mentioned)


def _is_of(event: Event, frozen: str | None, trace: str | None, names: set[TurnKey]) -> bool:
    if trace is not None:
        return frozen == trace
    return (event.key, event.turn) in names and frozen is None


def _mentions(plan: plans.Plan, trace: str | None, seqs: set[int]) -> bool:
    named = {spent.trace for spent in plan.spent.values()} | {one for _, _, one in plan.used}
    return (trace is not None and trace in named) or bool(seqs & set(plan.spent))


def _has_text(inbox: Inbox, name: TurnKey) -> bool:
    """Whether a turn still has texts: False where it is absent, or blanked and without output."""
    turn = inbox.sessions.read(*name)
    return turn is not None and not (isinstance(turn, Turn) and turn.extra.get(FORGOTTEN) and not turn.output)


def _turns_of_same_prompt(inbox: Inbox, turns: set[TurnKey]) -> set[TurnKey]:
    """Turns of the same sessions with the same prompts: each worktree with an edit records the turn."""
    prompts = {_prompt(inbox, name) for name in turns} - {None}
    if not prompts:
        return set()
    keys = {key for key, _ in turns}
    names = {(key, turn) for key in keys for turn in inbox.sessions.turns(key)}
    return {name for name in names if _prompt(inbox, name) in prompts}


def _prompt(inbox: Inbox, name: TurnKey) -> str | None:
    turn = inbox.sessions.read(*name)
    return turn.prompt.digest if isinstance(turn, Turn) and turn.prompt is not None else None


def _turns_in(record: dict[str, Json] | None) -> set[TurnKey]:
    """The turn that a stored record was made from; empty where the record does not name one."""
    if record is None:
        return set()
    agent, subagent = record.get("agent"), record.get("subagent")
    name = agent.get("name") if isinstance(agent, dict) else None
    session, turn = record.get("session"), record.get("turn")
    if not (isinstance(name, str) and isinstance(session, str) and isinstance(turn, str) and turn.isalnum()):
        return set()
    whose = subagent.get("id") if isinstance(subagent, dict) else None
    return {(session_key(name, session, whose if isinstance(whose, str) else None), turn)}
