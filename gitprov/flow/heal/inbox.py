"""Builds notes of commits that were made while no hook ran, from the inbox's events and its archive."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from gitprov.errors import Damaged
from gitprov.flow.capture.digest import open_inbox
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
from gitprov.model.notes.note import Note
from gitprov.model.notes.spent import Spent
from gitprov.store import files, generations, notes
from gitprov.store import plan as plans
from gitprov.store.inbox.inbox import Inbox

if TYPE_CHECKING:
    from gitprov.flow.heal.scope import Candidate
    from gitprov.git.files.diff import FileChange
    from gitprov.git.objects import Commit
    from gitprov.git.repo import Repository


class _Past(Inbox):
    """An inbox as it was at `moment`, without later events.

    `free`: retired events whose generation is in no note any more. They count as present and unspent, since
    their record was lost.
    """

    def __init__(self, inbox: Inbox, moment: str, free: Mapping[int, Event]) -> None:
        super().__init__(inbox.root)
        self._moment = moment
        self._free = free

    def events(self, seqs: Collection[int] | None = None) -> list[Event | Problem]:
        by_seq = {one.seq: one for one in super().events(seqs) if isinstance(one, Event)}
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
            inbox = open_inbox(os.path.join(room, name), repo.env)
            retired = [one for one in inbox.archived() if isinstance(one, Event)]
            lost = [one for one in retired if (trace := inbox.spent(one.seq).trace) and trace not in traces()]
            live = [one for one in inbox.events() if isinstance(one, Event)]
            if live or lost:
                self._inboxes.append((inbox, {one.seq: one for one in lost}, [*lost, *live]))
        self._first = min((one.at for _, _, events in self._inboxes for one in events), default=None)

    def recall(self, candidates: Iterable[Candidate], committer: str | None = None) -> dict[str, Note]:
        """Commit → note, oldest first, for the candidates without a note that have evidence.

        With a `committer`, as for `git.write.write`, the notes are written and the evidence is marked spent.
        """
        notes_of = {}
        commits = [candidate.commit for candidate in candidates if candidate.bare]
        for commit in sorted(commits, key=lambda commit: commit.committed):
            moment = utc_second(commit.committed)
            if self._first is not None and moment >= self._first:
                note = self._note(commit.oid, moment, committer)
                if note:
                    notes_of[commit.oid] = note
        return notes_of

    def _note(self, oid: str, moment: str, committer: str | None) -> Note:
        """The note of a commit made at `moment`, a UTC second; empty without evidence."""
        obj = self._repo.objects.get(oid)
        commit = parse_commit(obj) if is_commit(obj) else None
        if commit is None or not all(self._repo.objects.get(parent) for parent in commit.parents):
            return Note()
        base = commit.parents[0] if commit.parents else None
        changes = new_lines(self._repo, commit.parents, base, oid)
        names = {name for change in changes for name in (change.path, change.old_path)}
        # Without git's state files, which are about the next commit.
        commit_change = CommitChange(base, commit.parents, changes, tree=commit.tree, sources=Sources())
        whole = Note()
        for inbox, free, events in self._inboxes:
            if any(one.path in names and one.at <= moment for one in events):
                past = _Past(inbox, moment, free)
                if _shares_lines(self._repo, past, changes):
                    whole = whole | note_from(self._repo, past, commit_change, commit, committer)
        return whole


def _shares_lines(repo: Repository, past: _Past, changes: list[FileChange]) -> bool:
    """Whether a model's event wrote a line with words that the commit adds."""
    events = [event for event in past.events() if isinstance(event, Event) and event.type == "ai"]
    for change in changes:
        if change.has_text and change.hunks:
            lines = split_lines(repo.objects.blob(change.new_oid))
            added = {line for hunk in change.hunks for line in lines[hunk.new_start : hunk.new_end]}
            words = {line.rstrip(b"\r\n") for line in added if not is_trivial(line)}
            if any(
                not words.isdisjoint(_lines_after(past, event))
                for event in events
                if event.path in (change.path, change.old_path)
            ):
                return True
    return False


def _lines_after(past: _Past, event: Event) -> list[bytes]:
    """The lines of the file after an event, without their ends; none where the content cannot be read."""
    if event.after is None or not event.after.stored:
        return []
    with contextlib.suppress(Damaged):
        return [line.rstrip(b"\r\n") for line in split_lines(past.get_blob(event.after))]
    return []


def note_from(
    repo: Repository,
    inbox: Inbox,
    commit_change: CommitChange,
    commit: Commit,
    committer: str | None,
    *,
    retire: bool = False,
) -> Note:
    """The note that the hooks would have written. With a `committer`, write it and its generations.

    The evidence is then marked as used, without a committer only to `retire` it.
    """
    context = CommitContext(repo, lambda *_: None)
    context.inbox = inbox
    place = os.path.join(repo.home, f"heal-{os.getpid()}")
    if committer:
        files.make_dir(repo.home)
    out = open(place, "wb") if committer else io.BytesIO()  # noqa: SIM115 - make_plan closes it
    try:
        plan = make_plan(context, commit_change, out)
        if plan is None or not plan.rows:
            return Note()
        rows = seal.note_rows(context, commit, plan._replace(refusals=()))
        note = Note(row.replace(gate="absent") if row.kind == "commit" else row for row in rows)
        if committer:
            packed = place if plan.used else None
            words = f"gitprov: heal {commit.oid[:12]}"

            def build(refs: dict[str, str]) -> list[RefChange]:
                kept = RefChange(generations.REF, refs.get(generations.REF), words, {}, packed)
                return [kept, notes.change(repo, refs.get(notes.REF), {commit.oid: note}, words)]

            write(repo, committer, build, [generations.REF, notes.REF])
            files.raise_flag(repo.home, "active")
        if committer or retire:
            plans.retire(context.inbox, plan)
        return note
    finally:
        out.close()
        if committer:
            files.remove(place)
