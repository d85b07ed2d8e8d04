"""Collects the edits of one work tree from transcripts, and records those that are accepted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from gitprov.agents.payloads.report import FileEdit
from gitprov.agents.transcripts import readers
from gitprov.agents.transcripts.values import ELSEWHERE, RecordedAnswer, RecordedUse, TakenBack
from gitprov.flow.capture.edit_contents import EditedFile
from gitprov.flow.capture.moment import LONGEST_PATH
from gitprov.flow.capture.sweep import reading
from gitprov.flow.capture.sweep.places import OPENCODE, TranscriptFile
from gitprov.flow.capture.sweep.rebuild import SweptEdit
from gitprov.flow.capture.sweep.record import SweepRecorder
from gitprov.git.locate import Location, locate
from gitprov.store.inbox.sweeps import Cursor

NO_DIRECTORY = "sessions whose directory is not in the transcript"
UNREADABLE = "transcripts that cannot be read"


class Collection:
    """Edits of sessions whose directory is in one work tree. `keeps` chooses by tool use and path.

    `cursors`: how far each transcript was read. `skipped`: reason → how many rows or files. `elsewhere`:
    paths of transcripts whose sessions name another directory. `taken_back`: path, what a session took back.
    """

    def __init__(self, worktree: str, keeps: Callable[[RecordedUse, str], bool]) -> None:
        self.cursors: dict[str, Cursor] = {}
        self.skipped: Counter[str] = Counter()
        self.elsewhere: set[str] = set()
        self.taken_back: list[tuple[str, TakenBack]] = []
        self._worktree = worktree
        self._keeps = keeps
        self._home = locate(worktree)
        self._edits: dict[str, list[SweptEdit]] = {}
        self._answers: dict[str, RecordedAnswer] = {}
        self._places: set[str] = set()
        self._rooms: set[str] = set()

    def read(self, files: Iterable[TranscriptFile], cursors: Mapping[str, Cursor]) -> None:
        """Read transcripts from their cursors on."""
        for file in files:
            try:
                self._read(file, cursors.get(file.path))
            except OSError:
                self.skipped[UNREADABLE] += 1

    def edits(self) -> list[SweptEdit]:
        """The edits by the times of their results, those of one session at one time in its order."""
        edits = [edit for edits in self._edits.values() for edit in edits]
        return sorted(edits, key=lambda edit: edit.use.order)

    def record(self, recorder: SweepRecorder, edits: list[SweptEdit], made: list[list[EditedFile]]) -> int:
        """Record the changes that each edit made; returns how many events were added."""
        by_use: dict[int, list[int]] = {}
        for n, edit in enumerate(edits):
            by_use.setdefault(id(edit.use), []).append(n)
        count = 0
        for numbers in by_use.values():
            use = edits[numbers[0]].use
            changes = [change for n in numbers for change in made[n]]
            answer = self._answers.get(use.prompt.id) if use.prompt is not None else None
            count += recorder.add(use, _whole(changes) if use.is_command else changes, answer)
        return count

    def _read(self, file: TranscriptFile, cursor: Cursor | None) -> None:
        """Collect the edits of one transcript, unless its session is one of another work tree."""
        is_here: bool | None = None
        for part in reading.parts(file, cursor, self._is_here, self._worktree):
            self.cursors[file.path] = part.cursor
            self.skipped.update(part.reading.skipped)
            if part.reading.taken_back is not None:
                self.taken_back.append((file.path, part.reading.taken_back))
            directory = file.tree or part.reading.cwd
            if is_here is None and directory is not None:
                is_here = self._is_here(directory)
                if not is_here and directory != ELSEWHERE and file.agent != OPENCODE:
                    self.elsewhere.add(file.path)
            if is_here is None and part.reading.uses:
                self.skipped[NO_DIRECTORY] += 1
                is_here = False
            if is_here:
                kept = [use.prompt for use in part.reading.uses if self._take(use) and use.prompt is not None]
                self._answers.update(
                    readers.answers(
                        file.agent,
                        part.rows,
                        part.start,
                        part.reading,
                        [*dict.fromkeys(kept)],
                        file.subagent is not None,
                    )
                )

    def _take(self, use: RecordedUse) -> bool:
        """Keep the edits of a use that are of interest; False where there are none."""
        edits = []
        for edit in use.edits:
            path = self._path(use, edit.path)
            source = None if edit.source is None else self._path(use, edit.source)
            if path is not None and (edit.source is None or source is not None):
                for swept in self._files(use, edit, path, source):
                    if self._keeps(use, swept.path):
                        self._add_place(swept.path)
                        edits.append(swept)
        if edits:
            self._edits[f"{use.hook.session}\0{use.hook.subagent}\0{use.id}"] = edits
        return bool(edits)

    def _files(self, use: RecordedUse, edit: FileEdit, path: str, source: str | None) -> Iterator[SweptEdit]:
        """The edits of files that an edit is: a command may move or remove a directory, or move into one."""
        root = path if source is None else source
        is_place = use.is_command and (edit.removed or source is not None)
        below: list[str] = []
        if is_place and root in self._rooms:
            below = [place for place in self._places if place.startswith(f"{root}/")]
        into = f"{path}/{os.path.basename(root)}"
        for place in sorted(below):
            rest = place[len(root) :]
            if source is None:
                yield SweptEdit(use, edit, place)
                continue
            target = into + rest if self._exists(into + rest) else path + rest
            yield SweptEdit(use, edit, target, place)
        if not below and not (edit.removed and self._is_directory(path)):
            is_inside = is_place and source is not None and self._is_directory(path)
            yield SweptEdit(use, edit, into if is_inside else path, source)

    def _add_place(self, path: str) -> None:
        """Remember a file and the directories above it."""
        self._places.add(path)
        while (path := os.path.dirname(path)) and path not in self._rooms:
            self._rooms.add(path)

    def _exists(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self._worktree, path))

    def _is_directory(self, path: str) -> bool:
        return os.path.isdir(os.path.join(self._worktree, path))

    def _path(self, use: RecordedUse, name: str) -> str | None:
        """The repo-relative path of a file that a use names; None for a file elsewhere."""
        place = locate(os.path.join(use.hook.cwd or self._worktree, name))
        if place is None or not place.path or len(place.path) > LONGEST_PATH:
            return None
        return place.path if self._is_home(place) else None

    def _is_here(self, directory: str) -> bool:
        place = locate(directory)
        return place is not None and self._is_home(place)

    def _is_home(self, place: Location) -> bool:
        home = self._home
        return home is not None and (place.common_dir, place.worktree_id) == (
            home.common_dir,
            home.worktree_id,
        )


def _whole(changes: list[EditedFile]) -> list[EditedFile]:
    """The changes of a command, joined to one for each file, as its hooks report them."""
    by_path: dict[str, EditedFile] = {}
    for change in changes:
        first = by_path.get(change.path, change)
        by_path[change.path] = change._replace(before=first.before)
    return [change for change in by_path.values() if change.before != change.after]
