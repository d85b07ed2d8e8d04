"""Backfill: notes for past commits from transcripts that are still there. The commits themselves stay."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitprov.agents.transcripts.values import RecordedUse
from gitprov.errors import GitprovError
from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.capture.moment import Moment
from gitprov.flow.capture.redaction import Cleaner
from gitprov.flow.capture.sweep import places
from gitprov.flow.capture.sweep.collection import Collection
from gitprov.flow.capture.sweep.held import HeldFile
from gitprov.flow.capture.sweep.rebuild import rebuilt
from gitprov.flow.capture.sweep.record import SweepRecorder
from gitprov.flow.change import CommitChange, new_lines
from gitprov.flow.git_state import Sources
from gitprov.flow.heal.inbox import note_from
from gitprov.flow.heal.scope import scope
from gitprov.flow.read.declared import declared_facts
from gitprov.git.history import survey
from gitprov.git.notes import ensure_readable
from gitprov.git.objects import Commit
from gitprov.git.repo import Repository
from gitprov.model.answers.backfill import BackfilledCommit, BackfillReport, DeclaredCommit
from gitprov.model.answers.blame import BlamedCommit
from gitprov.store import files
from gitprov.store.inbox import sweeps
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.notes import REF

if TYPE_CHECKING:
    from gitprov.git.files.diff import FileChange
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.model.notes.note import Note

_WHY = "notes are commits: they need a committer"


def backfill(repo: Repository, revisions: str | None, moment: Moment, *, dry: bool = False) -> BackfillReport:
    """Write notes for commits of a range that have none and whose lines transcripts explain.

    Without a range: the newest commits of HEAD. UsageError for an invalid range, GitprovError without a work
    tree or a committer, or while another backfill runs.
    """
    ensure_readable(repo, REF)
    # Otherwise git would read the replacement of a commit (`git replace`) instead of the commit itself.
    env = {**repo.env, "GIT_NO_REPLACE_OBJECTS": "1"}
    same = (repo.git_dir, repo.common_dir, repo.worktree, repo.object_format)
    with Repository(repo.cwd, env, *same) as plain:
        chosen = scope(plain, revisions, False)
        commits = [*survey.walk(plain, REF, chosen.args)] if chosen.args else []
        bare = [commit for commit in reversed(commits) if not commit.note]
        committer = None if dry else plain.identity(_WHY)
        with _scratch(plain) as inbox:
            run = _Backfill(plain, inbox, moment, committer)
            measured = [entry for commit in bare if (entry := run.measure(commit)) is not None]
        silent = [commit for commit in bare if commit.oid not in {entry.oid for entry in measured}]
        return BackfillReport(
            chosen.words,
            len(commits),
            len(commits) - len(bare),
            tuple(measured),
            tuple(_declared(plain, silent)),
            dict(run.skipped),
            dry,
        )


@contextmanager
def _scratch(repo: Repository) -> Iterator[Inbox]:
    """An inbox for this run alone. What a killed run has left is removed first."""
    root = os.path.join(repo.home, "backfill")
    files.make_dir(root)
    guard = open_inbox(root, repo.env)
    handle = sweeps.take_lock(guard)
    if handle is None:
        raise GitprovError("another backfill is running", "wait for its end")
    room = os.path.join(root, "inbox", "@")
    try:
        shutil.rmtree(os.path.dirname(room), ignore_errors=True)
        yield open_inbox(room, repo.env)
    finally:
        shutil.rmtree(os.path.dirname(room), ignore_errors=True)
        os.close(handle)


class _Backfill:
    """One run: the edits of all transcripts, of which each commit takes those that it shows."""

    def __init__(self, repo: Repository, inbox: Inbox, moment: Moment, committer: str | None) -> None:
        worktree = repo.worktree
        if worktree is None:
            raise GitprovError("a bare repository has no sessions of agents", "run this inside a work tree")
        self._repo = repo
        self._inbox = inbox
        self._committer = committer
        self._recorder = SweepRecorder(inbox, Cleaner.of_project(worktree), moment)
        reported = SweepRecorder(open_inbox(repo.inbox_dir, repo.env), Cleaner.of_project(worktree), moment)

        def keeps(use: RecordedUse, path: str) -> bool:
            return not reported.is_recorded(use, path)

        self._collection = Collection(worktree, keeps)
        self._collection.read(places.transcripts(worktree, repo.env), {})
        self._edits = self._collection.edits()
        self.skipped = self._collection.skipped

    def measure(self, surveyed: SurveyedCommit) -> BackfilledCommit | None:
        """Write the note of a commit; None where no edit shows in it."""
        commit = self._repo.objects.commit(surveyed.oid)
        if commit is None or not all(self._repo.objects.get(parent) for parent in commit.parents):
            return None
        base = commit.parents[0] if commit.parents else None
        changes = new_lines(self._repo, commit.parents, base, commit.oid)
        if not (self._take(changes) or self._inbox.seqs()):
            return None
        commit_change = CommitChange(base, commit.parents, changes, tree=commit.tree, sources=Sources())
        note = note_from(self._repo, self._inbox, commit_change, commit, self._committer, retire=True)
        return _entry(surveyed, commit, note) if note.traces else None

    def _take(self, changes: list[FileChange]) -> int:
        """Record the edits that show in the changes of a commit; returns how many events they gave."""
        held = _ChangedFiles(self._repo, changes)
        names = {name for change in changes for name in (change.path, change.old_path)}
        edits = [edit for edit in self._edits if edit.path in names]
        made = rebuilt(edits, held)
        self._collection.record(self._recorder, edits, made)
        taken = {id(edit) for edit, done in zip(edits, made, strict=True) if done}
        self._edits = [edit for edit in self._edits if id(edit) not in taken]
        return len(taken)


class _ChangedFiles:
    """What the files of a commit hold; the base is what they held in its first parent."""

    def __init__(self, repo: Repository, changes: list[FileChange]) -> None:
        self._repo = repo
        self._new = {change.path: change.new_oid for change in changes if change.has_text}
        self._old = {change.old_path: change.old_oid for change in changes if change.status != "A"}
        self._seen: dict[str, HeldFile] = {}

    def __call__(self, path: str) -> HeldFile:
        """The contents of one file before and after the commit."""
        if path not in self._seen:
            base, content = (self._content(side.get(path)) for side in (self._old, self._new))
            self._seen[path] = HeldFile(base, (content,))
        return self._seen[path]

    def _content(self, oid: str | None) -> bytes | None:
        return None if oid is None else self._repo.objects.content(oid)


def _entry(surveyed: SurveyedCommit, commit: Commit, note: Note) -> BackfilledCommit:
    rows = note.traces
    agents = {str(row.json.get("agent")) for row in rows.values()}
    lines = sum(row.count("ai", "edited") for row in rows.values())
    return BackfilledCommit(commit.oid, surveyed.subject, tuple(sorted(agents)), tuple(rows), lines)


def _declared(repo: Repository, commits: list[SurveyedCommit]) -> list[DeclaredCommit]:
    """Those of the commits that declare an agent, by author or trailer."""
    blamed = [BlamedCommit(commit.oid, "", "", 0, "", commit.subject, False) for commit in commits]
    facts = declared_facts(repo, blamed)
    return [
        DeclaredCommit(commit.oid, commit.subject, facts[commit.oid].agent)
        for commit in commits
        if commit.oid in facts
    ]
