"""One sweep of a work tree: new rows of transcripts → edits that the files confirm → events."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitprov.agents.transcripts.values import RecordedAnswer, RecordedUse
from gitprov.flow.capture.moment import LONGEST_PATH, Moment, look_around
from gitprov.flow.capture.redaction import Cleaner
from gitprov.flow.capture.sweep import places, reading
from gitprov.flow.capture.sweep.held import Holder, UncommittedFiles
from gitprov.flow.capture.sweep.places import TranscriptFile
from gitprov.flow.capture.sweep.rebuild import SweptEdit, rebuilt
from gitprov.flow.capture.sweep.record import SweepRecorder
from gitprov.git.locate import Location, locate
from gitprov.model.answers.sweep import SweepResult
from gitprov.store.inbox import sweeps
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sweeps import Cursor, SweepState

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

NO_DIRECTORY = "sessions whose directory is not in the transcript"
UNREADABLE = "transcripts that cannot be read"
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
        return _SweepRun(repo, inbox, moment, UncommittedFiles(repo)).run(unread, sweeps.load(inbox))
    finally:
        os.close(handle)


class _SweepRun:
    """One sweep in progress. `held` answers what files hold; a file without a difference is not looked at."""

    def __init__(self, repo: Repository, inbox: Inbox, moment: Moment, held: Holder) -> None:
        self._inbox = inbox
        self._moment = moment
        self._held = held
        self._home = locate(str(repo.worktree))
        self._recorder = SweepRecorder(inbox, Cleaner.of_project(str(repo.worktree)), moment)
        self._skipped: Counter[str] = Counter()
        self._uses: dict[str, list[SweptEdit]] = {}
        self._answers: dict[str, RecordedAnswer] = {}

    def run(self, unread: Iterable[TranscriptFile], state: SweepState) -> SweepResult:
        """Read, judge and record; the cursors are stored last, so that a killed sweep is repeated."""
        cursors: dict[str, Cursor] = {}
        for file in unread:
            try:
                cursors |= self._read(file, state.cursors.get(file.path))
            except OSError:
                self._skipped[UNREADABLE] += 1
        edits = sorted(
            (edit for edits in self._uses.values() for edit in edits), key=lambda edit: edit.use.at or ""
        )
        events, rejected = self._record(edits)
        counts = Counter(state.skipped)
        counts.update(self._skipped)
        kept = reading.without_missing({**state.cursors, **cursors})
        sweeps.save(self._inbox, SweepState(kept, counts), self._moment.now)
        return SweepResult(len(cursors), len(edits), events, rejected, dict(self._skipped))

    def _read(self, file: TranscriptFile, cursor: Cursor | None) -> dict[str, Cursor]:
        """Collect the edits of one transcript; its new cursor. A session of another work tree has none."""
        is_here: bool | None = None
        latest: dict[str, Cursor] = {}
        for part in reading.parts(file, cursor):
            latest[file.path] = part.cursor
            self._skipped.update(part.reading.skipped)
            directory = file.tree or part.reading.cwd
            if is_here is None and directory is not None:
                is_here = self._is_here(directory)
            if is_here is None and part.reading.uses:
                self._skipped[NO_DIRECTORY] += 1
                is_here = False
            if is_here:
                self._answers.update(part.reading.answers)
                for use in part.reading.uses:
                    self._take(use)
        return latest

    def _is_here(self, directory: str) -> bool:
        place = locate(directory)
        return place is not None and self._is_home(place)

    def _is_home(self, place: Location) -> bool:
        home = self._home
        return home is not None and (place.common_dir, place.worktree_id) == (
            home.common_dir,
            home.worktree_id,
        )

    def _take(self, use: RecordedUse) -> None:
        """Keep the edits of a use whose files are here and differ from what is committed."""
        edits = []
        for edit in use.edits:
            place = self._place(use, edit.path)
            source = None if edit.source is None else self._place(use, edit.source)
            if place is None or (edit.source is not None and source is None):
                continue
            if not self._recorder.is_recorded(use, place) and not self._is_unchanged(place):
                edits.append(SweptEdit(use, edit, place, source))
        if edits:
            self._uses[f"{use.hook.session}\0{use.hook.subagent}\0{use.id}"] = edits

    def _place(self, use: RecordedUse, path: str) -> str | None:
        """The repo-relative path of a file that a use names; None for a file elsewhere."""
        place = locate(os.path.join(use.hook.cwd or self._moment.cwd, path))
        if place is None or not place.path or len(place.path) > LONGEST_PATH or not self._is_home(place):
            return None
        return place.path

    def _is_unchanged(self, path: str) -> bool:
        try:
            return self._held(path).is_unchanged
        except OSError:
            self._skipped[UNREADABLE_FILE] += 1
            return True

    def _record(self, edits: list[SweptEdit]) -> tuple[int, int]:
        """Add the events of the accepted edits; returns the numbers of new events and of rejected edits."""
        events = rejected = 0
        made = rebuilt(edits, self._held)
        by_use: dict[int, list[int]] = {}
        for n, edit in enumerate(edits):
            by_use.setdefault(id(edit.use), []).append(n)
        if any(made) and self._home is not None:
            look_around(self._inbox, self._home)
        for numbers in by_use.values():
            use = edits[numbers[0]].use
            changes = [change for n in numbers for change in made[n]]
            rejected += sum(not made[n] for n in numbers)
            answer = self._answers.get(use.prompt.id) if use.prompt is not None else None
            events += self._recorder.add(use, changes, answer)
        return events, rejected
