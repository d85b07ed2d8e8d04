"""One sweep of a work tree: new rows of transcripts → edits that the files confirm → events."""

from __future__ import annotations

import os

from gitprov.flow.capture.sweep import places
from gitprov.store.inbox import sweeps
from gitprov.store.inbox.inbox import Inbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.agents.transcripts.values import RecordedUse
    from gitprov.flow.capture.sweep.held import Holder
    from gitprov.flow.capture.sweep.places import TranscriptFile
    from gitprov.flow.capture.sweep.record import SweepRecorder
    from gitprov.git.repo import Repository
    from gitprov.model.answers.sweep import SweepResult

_ROOM = 16 << 20
"""Characters of tool inputs that are kept for files that are nowhere any more."""

UNREADABLE_FILE = "files of the work tree that cannot be read"


def sweep(repo: Repository, inbox: Inbox, now: float) -> SweepResult:
    """Record the edits of this work tree that agents' transcripts have and no hook reported.

    `now` is in seconds since 1970. Safe to kill and to repeat at any point. OSError where the inbox cannot be
    written.
    """
    return record(repo, inbox, now, unread(repo, inbox, now))


def unread(repo: Repository, inbox: Inbox, now: float) -> list[TranscriptFile]:
    """The transcripts that changed since the last sweep, and may be of sessions in this work tree.

    If there are none, the time of the last sweep is set to `now`, in seconds since 1970. OSError where
    the inbox cannot be written.
    """
    if repo.worktree is None:
        return []
    state = sweeps.load(inbox)
    transcripts = [
        file
        for file in places.transcripts(repo.worktree, repo.env)
        if places.is_unread(file, state.cursors.get(file.path))
    ]
    if not transcripts and os.path.exists(sweeps.path_in(inbox)):
        sweeps.save(inbox, state, now)
    return transcripts


def record(repo: Repository, inbox: Inbox, now: float, transcripts: list[TranscriptFile]) -> SweepResult:
    """Record the edits of this work tree that the new rows of these transcripts have and no hook reported."""
    from gitprov.model.answers.sweep import SweepResult

    if repo.worktree is None or not transcripts:
        return SweepResult()
    handle = sweeps.take_lock(inbox)
    if handle is None:
        return SweepResult(busy=True)
    try:
        return _locked(repo, repo.worktree, inbox, now, transcripts)
    finally:
        os.close(handle)


class _Choice:
    """Which edits of transcripts are of interest. `closed`: paths of files that cannot be read."""

    def __init__(self, held: Holder, recorder: SweepRecorder) -> None:
        self.closed: set[str] = set()
        self._held = held
        self._recorder = recorder
        self._room = _ROOM

    def keeps(self, use: RecordedUse, path: str) -> bool:
        """Whether an edit is new and may show: its file has changed, or is gone and may have another name."""
        try:
            if self._recorder.is_recorded(use, path):
                return False
            contents = self._held(path)
        except OSError:
            self.closed.add(path)
            return False
        if not contents.is_unchanged:
            return True
        if contents.base is None:
            self._room -= len(str(use.hook.input))
        return contents.base is None and self._room >= 0


def _locked(
    repo: Repository, worktree: str, inbox: Inbox, now: float, transcripts: list[TranscriptFile]
) -> SweepResult:
    """Read, judge and record; the cursors are stored last, so that a killed sweep is repeated."""
    from collections import Counter

    from gitprov.flow.capture.moment import Moment, look_around
    from gitprov.flow.capture.redaction import Cleaner
    from gitprov.flow.capture.sweep.collection import Collection
    from gitprov.flow.capture.sweep.held import UncommittedFiles
    from gitprov.flow.capture.sweep.rebuild import rebuilt
    from gitprov.flow.capture.sweep.record import SweepRecorder
    from gitprov.git.locate import locate
    from gitprov.model.answers.sweep import SweepResult

    state = sweeps.load(inbox)
    held = UncommittedFiles(repo)
    recorder = SweepRecorder(inbox, Cleaner.of_project(worktree), Moment(now, repo.env, repo.cwd))
    choice = _Choice(held, recorder)
    collection = Collection(worktree, choice.keeps)
    collection.read(transcripts, state.cursors)
    collection.skipped.update({UNREADABLE_FILE: len(choice.closed)} if choice.closed else {})
    edits = collection.edits()
    made = rebuilt(edits, held)
    home = locate(worktree)
    if any(made) and home is not None:
        look_around(inbox, home)
    events = collection.record(recorder, edits, made)
    counts = Counter(state.skipped) + collection.skipped
    cursors = places.without_missing({**state.cursors, **collection.cursors})
    if collection.taken_back:
        from gitprov.flow.capture.sessions import rewinds

        for path, taken_back in collection.taken_back:
            rewinds.mark_recorded(inbox, taken_back, path)
    sweeps.add_elsewhere(inbox, collection.elsewhere)
    sweeps.save(inbox, sweeps.SweepState(cursors, counts), now)
    rejected = sum(not changes for changes in made)
    return SweepResult(len(collection.cursors), len(edits), events, rejected, dict(collection.skipped))
