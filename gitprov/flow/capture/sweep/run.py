"""One sweep of a work tree: new rows of transcripts → edits that the files confirm → events."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from gitprov.agents.transcripts.values import RecordedUse
from gitprov.flow.capture.moment import Moment, look_around
from gitprov.flow.capture.redaction import Cleaner
from gitprov.flow.capture.sweep import places, reading
from gitprov.flow.capture.sweep.collection import Collection
from gitprov.flow.capture.sweep.held import UncommittedFiles
from gitprov.flow.capture.sweep.places import TranscriptFile
from gitprov.flow.capture.sweep.rebuild import rebuilt
from gitprov.flow.capture.sweep.record import SweepRecorder
from gitprov.git.locate import locate
from gitprov.model.answers.sweep import SweepResult
from gitprov.store.inbox import sweeps
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sweeps import SweepState

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

UNREADABLE_FILE = "files of the work tree that cannot be read"


def sweep(repo: Repository, inbox: Inbox, moment: Moment) -> SweepResult:
    """Record the edits of this work tree that agents' transcripts have and no hook reported.

    Safe to kill and to repeat at any point. OSError where the inbox cannot be written.
    """
    worktree = repo.worktree
    if worktree is None:
        return SweepResult()
    state = sweeps.load(inbox)
    unread = [
        file
        for file in places.transcripts(worktree, repo.env)
        if reading.is_unread(file, state.cursors.get(file.path))
    ]
    if not unread:
        if os.path.exists(sweeps.path_in(inbox)):
            sweeps.save(inbox, state, moment.now)
        return SweepResult()
    handle = sweeps.take_lock(inbox)
    if handle is None:
        return SweepResult(busy=True)
    try:
        return _locked(repo, worktree, inbox, moment, unread)
    finally:
        os.close(handle)


def _locked(
    repo: Repository, worktree: str, inbox: Inbox, moment: Moment, unread: list[TranscriptFile]
) -> SweepResult:
    """Read, judge and record; the cursors are stored last, so that a killed sweep is repeated."""
    state = sweeps.load(inbox)
    held = UncommittedFiles(repo)
    recorder = SweepRecorder(inbox, Cleaner.of_project(worktree), moment)
    closed: set[str] = set()

    def keeps(use: RecordedUse, path: str) -> bool:
        try:
            return not recorder.is_recorded(use, path) and not held(path).is_unchanged
        except OSError:
            closed.add(path)
            return False

    collection = Collection(worktree, keeps)
    collection.read(unread, state.cursors)
    collection.skipped.update({UNREADABLE_FILE: len(closed)} if closed else {})
    edits = collection.edits()
    made = rebuilt(edits, held)
    home = locate(worktree)
    if any(made) and home is not None:
        look_around(inbox, home)
    events = collection.record(recorder, edits, made)
    counts = Counter(state.skipped) + collection.skipped
    cursors = reading.without_missing({**state.cursors, **collection.cursors})
    sweeps.save(inbox, SweepState(cursors, counts), moment.now)
    rejected = sum(not changes for changes in made)
    return SweepResult(len(collection.cursors), len(edits), events, rejected, dict(collection.skipped))
