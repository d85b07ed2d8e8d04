"""What became of a model's raw output in a commit, read for the cards of a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.flow.read.show import commit_of
from gitprov.flow.read.trace_files import Shares
from gitprov.model.answers.show import Delta, TraceFile
from gitprov.model.notes.note import Note
from gitprov.store import generations, notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.generation import Generation


class RawDeltas:
    """Deltas of traces in commits, each read once."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._shares: dict[str, Shares] = {}
        self._read: dict[tuple[str, str], tuple[TraceFile, ...]] = {}

    def of(self, oid: str, trace: str, path: str) -> Delta | None:
        """The delta of a trace in a file of a commit; None where its raw output is not kept here.

        A file that was renamed since is looked for among the others only where the trace has one file.
        """
        if (oid, trace) not in self._read:
            self._read[oid, trace] = self._files(oid, trace)
        files = self._read[oid, trace]
        same = [file for file in files if file.path == path] or (files if len(files) == 1 else ())
        return same[0].delta if same else None

    def _files(self, oid: str, trace: str) -> tuple[TraceFile, ...]:
        generation = self._generation(trace)
        if generation is None or not any(edit.after is not None for edit in generation.edits):
            return ()
        try:
            if oid not in self._shares:
                note = notes.read(self._repo, [oid]).get(oid, Note())
                self._shares[oid] = Shares(self._repo, commit_of(self._repo, oid), note)
            return self._shares[oid].of(trace, generation)
        except GitprovError:
            return ()

    def _generation(self, trace: str) -> Generation | None:
        record = generations.record(self._repo, trace)
        return None if record is None else generations.assembled(record, self._content)

    @cached_property
    def _content(self) -> Callable[[str], bytes | None]:
        return generations.contents_by_path(self._repo)
