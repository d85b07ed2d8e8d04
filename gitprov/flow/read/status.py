"""`gitprov status`: what is not committed yet, and what the next commit would record. Writes no plan."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.attribution.outcome import Tally
from gitprov.errors import GitprovError
from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.change import staged_change
from gitprov.flow.commit import plan as stage
from gitprov.flow.context import CommitContext
from gitprov.flow.evidence.pending import Pending, PendingFile, settle
from gitprov.flow.read.submodules import waiting
from gitprov.flow.recover import finish_interrupted
from gitprov.flow.work_tree import Disk
from gitprov.git.process import decode
from gitprov.model.answers.show import FileStatus, NextCommit, StatusAnswer, TurnStatus, Unread
from gitprov.model.event import ContentRef, Event, Turn
from gitprov.model.moments import seconds_of
from gitprov.store.inbox import spool
from gitprov.store.inbox.inbox import Inbox

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_LINE = 500


class _Counts:
    """Numbers of lines by their state."""

    def __init__(self) -> None:
        self.staged = self.pending = self.dropped = self.held = self.human = 0
        self.files: dict[str, None] = {}

    def add(self, path: str, tally: Tally, staged: int, human: bool) -> None:
        """Count one event's lines."""
        self.files[path] = None
        if human:
            self.human += staged + len(tally.pending)
            return
        self.staged += staged
        self.pending += len(tally.pending)
        self.dropped += len(tally.dropped)
        self.held += len(tally.kept) + len(tally.edited) - staged


def status(repo: Repository, now: float) -> StatusAnswer:
    """Everything pending in this work tree; `now` is seconds since 1970. GitprovError if it is bare."""
    if repo.worktree is None:
        raise GitprovError("this is a bare repository: nothing is pending here", "run this in a work tree")
    finished = finish_interrupted(repo)
    pending = settle(repo)
    turns: dict[str, _Counts] = {}
    files = [_file(file, turns) for file in pending.files if _open(file, pending)]
    unread = (
        *_unread(pending),
        *(Unread(one.where, "damaged", one.message) for one in pending.evidence.problems),
        *_undigested(repo),
    )
    return StatusAnswer(
        repo.worktree_id,
        tuple(files),
        tuple(_turns(repo, pending, turns, now)),
        unread,
        _next(repo) if files or unread else None,
        finished,
        waiting(repo),
    )


def _open(file: PendingFile, pending: Pending) -> bool:
    """Whether a file has evidence that no commit has settled; lines that one reported dropped are settled."""
    return any(
        pending.spent[seq].trace is None or tally.kept or tally.edited or tally.dropped or tally.pending
        for seq, tally in file.result.outcome.tallies.items()
    )


def _file(file: PendingFile, turns: dict[str, _Counts]) -> FileStatus:
    """Count the lines of one file, and add them to its turns."""
    total = _Counts()
    handles: dict[str, None] = {}
    for seq, tally in file.result.outcome.tallies.items():
        event = file.result.events[seq]
        staged = sum(len(lines) for lines in file.result.outcome.lines.get(seq, {}).values())
        counts = [total]
        if event.type == "ai":
            handles[handle_of(event)] = None
            counts.append(turns.setdefault(handle_of(event), _Counts()))
        for count in counts:
            count.add(file.path, tally, staged, event.type == "human")
    return FileStatus(
        file.path, total.staged, total.pending, total.dropped, total.held, total.human, tuple(handles)
    )


def handle_of(event: Event) -> str:
    """The name of an event's turn as `gitprov show` takes it."""
    turn = event.turn or ""
    return f"{(event.key or '')[:8]}/{int(turn) if turn.isdecimal() else turn}"


def _turns(
    repo: Repository, pending: Pending, counts: dict[str, _Counts], now: float
) -> Iterator[TurnStatus]:
    """The turns in the order of their first edits."""
    inbox = open_inbox(repo.inbox_dir, repo.env)
    firsts: dict[str, Event] = {}
    traces: dict[str, dict[str, None]] = {}
    for event in pending.evidence.events:
        if event.type == "ai" and handle_of(event) in counts:
            firsts.setdefault(handle_of(event), event)
            trace = pending.spent[event.seq].trace
            traces.setdefault(handle_of(event), {}).update({trace: None} if trace else {})
    for handle, event in firsts.items():
        turn = pending.evidence.turns.get((event.key or "", event.turn or "")) or Turn("", "")
        count = counts[handle]
        at = turn.at or event.at
        kind = (turn.subagent or event.subagent or {}).get("type")
        yield TurnStatus(
            handle,
            turn.agent or event.agent,
            turn.model or event.model,
            turn.session or event.session,
            kind if isinstance(kind, str) else None,
            _first_line(inbox, turn.prompt),
            at,
            _age(at, now),
            tuple(count.files),
            count.staged,
            count.pending,
            count.dropped,
            tuple(traces[handle]),
        )


def _first_line(inbox: Inbox, prompt: ContentRef | None) -> str | None:
    """The prompt's first line that is not blank, shortened; None where there is none or it cannot be read."""
    text = decode(inbox.kept(prompt) or b"")
    return next((line.strip()[:_LINE] for line in text.splitlines() if line.strip()), None)


def _age(at: str | None, now: float) -> int | None:
    """Seconds since a moment; 0 if it is in the future, since clocks differ; None if it is malformed."""
    then = seconds_of(at)
    return None if then is None else max(0, int(now) - then)


def _unread(pending: Pending) -> Iterator[Unread]:
    """Edits whose contents were not kept, or cannot be read any more."""
    for file in pending.files:
        for seq, message in file.result.unread.items():
            event = file.result.events[seq]
            why = next((ref.why for ref in (event.after, event.before) if ref is not None and ref.why), None)
            yield Unread(event.path, why or "damaged", message)


def _undigested(repo: Repository) -> Iterator[Unread]:
    """Stored reports that could not become events, because this process may not write to the inbox."""
    names = spool.names(open_inbox(repo.inbox_dir, repo.env))
    if names:
        yield Unread("spool", "unwritable", f"{len(names)} reports wait, for the inbox cannot be written")


def _next(repo: Repository) -> NextCommit | None:
    """What a commit of the staged state would record; None where nothing recorded concerns it."""
    context = CommitContext(repo, Disk(repo))
    try:
        plan = stage.make_plan(context, staged_change(repo, amend=False), io.BytesIO())
    except GitprovError as error:
        return NextCommit((), (), (), error.message)
    if plan is None:
        return None
    return NextCommit(
        plan.rows,
        tuple(f"{key}: {value}" for key, value, _ in plan.trailers),
        plan.refusals,
    )
