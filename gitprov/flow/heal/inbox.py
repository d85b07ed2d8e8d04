"""Builds notes of commits that were made while no hook ran, from the inbox's events and its archive."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.capture.moment import utc_second
from gitprov.flow.change import CommitChange, new_lines
from gitprov.flow.commit import seal
from gitprov.flow.commit.plan import make_plan
from gitprov.flow.context import CommitContext
from gitprov.flow.git_state import Sources
from gitprov.git.objects import is_commit, parse_commit
from gitprov.git.write import RefChange, write
from gitprov.model.event import Event, Problem
from gitprov.model.lines import is_trivial, split_lines
from gitprov.model.note import Note
from gitprov.model.spent import Spent
from gitprov.store import files, flags, generations, notes
from gitprov.store.inbox.inbox import Inbox

if TYPE_CHECKING:
    from gitprov.flow.heal.scope import Candidate
    from gitprov.git.files.diff import FileChange
    from gitprov.git.objects import Commit
    from gitprov.git.repo import Repository


class RecalledNote(NamedTuple):
    """A commit that the inbox has evidence for, and the note built from that evidence."""

    oid: str
    note: Note


class _Past(Inbox):
    """An inbox as it was at `moment`, without later events.

    `free`: retired events whose generation is in no note any more. They count as present and unspent, since
    their record was lost.
    """

    def __init__(self, inbox: Inbox, moment: str, free: Mapping[int, Event]) -> None:
        super().__init__(inbox.root)
        self._moment = moment
        self._free = free

    def events(self) -> list[Event | Problem]:
        by_seq = {one.seq: one for one in super().events() if isinstance(one, Event)}
        by_seq.update(self._free)
        return [by_seq[seq] for seq in sorted(by_seq) if by_seq[seq].at <= self._moment]

    def spent(self, seq: int) -> Spent:
        mark = super().spent(seq)
        return Spent(trace=mark.trace, path=mark.path) if seq in self._free else mark


class InboxEvidence:
    """The inboxes of all worktrees of a repository. `traces` returns the traces that are in any note."""

    def __init__(self, repo: Repository, traces: Callable[[], Collection[str]]) -> None:
        self._repo = repo
        self._inboxes: list[tuple[Inbox, dict[int, Event], list[Event]]] = []
        room = os.path.join(repo.home, "inbox")
        for name in files.names(room):
            inbox = Inbox(os.path.join(room, name))
            retired = [one for one in inbox.archived() if isinstance(one, Event)]
            lost = [one for one in retired if (trace := inbox.spent(one.seq).trace) and trace not in traces()]
            live = [one for one in inbox.events() if isinstance(one, Event)]
            if live or lost:
                self._inboxes.append((inbox, {one.seq: one for one in lost}, [*lost, *live]))
        self._first = min((one.at for _, _, events in self._inboxes for one in events), default=None)

    def recall(self, suspects: Iterable[Candidate], keep: str | None = None) -> list[RecalledNote]:
        """The notes of those suspects without a note that have evidence, oldest first.

        `keep`: a committer as for `git.write.write`. If given, write the notes and mark the evidence spent.
        """
        if self._first is None:
            return []
        fitting = [
            candidate
            for candidate in suspects
            if candidate.bare and utc_second(candidate.commit.committed) >= self._first
        ]
        recalled = []
        for candidate in sorted(fitting, key=lambda candidate: candidate.commit.committed):
            note = self._of(candidate.commit.oid, utc_second(candidate.commit.committed), keep)
            if note is not None:
                recalled.append(RecalledNote(candidate.commit.oid, note))
        return recalled

    def _of(self, oid: str, moment: str, keep: str | None) -> Note | None:
        obj = self._repo.objects.get(oid)
        commit = parse_commit(obj) if is_commit(obj) else None
        if commit is None or not all(self._repo.objects.get(parent) for parent in commit.parents):
            return None
        base = commit.parents[0] if commit.parents else None
        changes = new_lines(self._repo, commit.parents, base, oid)
        names = {name for change in changes for name in (change.path, change.old_path)}
        # Without git's state files, which are about the next commit.
        commit_change = CommitChange(base, commit.parents, changes, tree=commit.tree, sources=Sources())
        whole = Note()
        for inbox, free, events in self._inboxes:
            if any(one.path in names and one.at <= moment for one in events):
                past = _Past(inbox, moment, free)
                if _alike(self._repo, past, changes):
                    whole = whole | _plan(self._repo, past, commit_change, commit, keep)
        return whole or None


def _alike(repo: Repository, past: _Past, changes: list[FileChange]) -> bool:
    """Whether a model's event wrote a line with words that the commit adds."""
    for change in changes:
        if change.has_text and change.hunks:
            lines = split_lines(repo.objects.blob(change.new_oid))
            added = {line for hunk in change.hunks for line in lines[hunk.new_start : hunk.new_end]}
            added = {line.rstrip(b"\r\n") for line in added if not is_trivial(line)}
            names = (change.path, change.old_path)
            events = [one for one in past.events() if isinstance(one, Event) and one.path in names]
            if any(one.type == "ai" and _shares(past, one, added) for one in events):
                return True
    return False


def _shares(past: _Past, event: Event, added: set[bytes]) -> bool:
    from gitprov.errors import Damaged

    if event.after is None or not event.after.stored:
        return False
    try:
        data = past.get_blob(event.after)
    except Damaged:
        return False
    return not added.isdisjoint(line.rstrip(b"\r\n") for line in split_lines(data))


def _plan(
    repo: Repository, past: _Past, commit_change: CommitChange, commit: Commit, keep: str | None
) -> Note:
    """The note that the hooks would have written. With `keep`, a committer, write it and its generations."""
    context = CommitContext(repo, lambda *_: None)
    context.inbox = past
    place = os.path.join(repo.home, f"heal-{os.getpid()}")
    if keep:
        files.make_dir(repo.home)
    out = open(place, "wb") if keep else io.BytesIO()  # noqa: SIM115 - make_plan closes it
    try:
        plan = make_plan(context, commit_change, out)
        if plan is None or not plan.rows:
            return Note()
        rows = seal.note_rows(context, commit, plan._replace(refusals=()))
        note = Note(row.replace(gate="absent") if row.kind == "commit" else row for row in rows)
        if keep:
            packed = place if plan.used else None
            words = f"gitprov: heal {commit.oid[:12]}"

            def build(refs: dict[str, str]) -> list[RefChange]:
                kept = RefChange(generations.REF, refs.get(generations.REF), words, {}, packed)
                return [kept, notes.change(repo, refs.get(notes.REF), {commit.oid: note}, words)]

            write(repo, keep, build, [generations.REF, notes.REF])
            flags.raise_flag(repo.home, "active")
            seal.retire(context, plan)
        return note
    finally:
        out.close()
        if keep:
            files.remove(place)
