"""A commit's share of a trace, file by file, with the delta from raw output to the committed content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gitprov.attribution.delta import Raw, compare, raw_version
from gitprov.attribution.layout.language import language_of
from gitprov.git.files.diff import between
from gitprov.git.files.tree import blobs
from gitprov.model.answers.show import Delta, TraceFile
from gitprov.model.lines import count_lines
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet, owners

if TYPE_CHECKING:
    from gitprov.git.objects import Commit
    from gitprov.git.repo import Repository
    from gitprov.model.generation import Edit, Generation


_NONE = LineSet()
#: Up to this many files are looked up by name, without starting git.
_BY_NAME = 4
#: Paths that git takes literally after `tree:`; relative ones depend on the directory, `^{…}` has a meaning.
_NAMED = re.compile(r"(?!\.{1,2}/)[^\n\0]+(?<!\})")

_NOT_HERE = "the generation is not in this clone"

#: First and last line, and the trace that has them.
Run = tuple[int, int, str]


class Shares:
    """Shares of traces in one commit. `note` is the commit's note, empty where it has none."""

    def __init__(self, repo: Repository, commit: Commit, note: Note) -> None:
        self._repo = repo
        self._commit = commit
        self._note = note
        self._changed: dict[str, str] | None = None
        self._blobs: dict[str, str] = {}
        self._by_path: dict[str, list[Edit]] = {}
        self._owned: dict[str, tuple[list[Run], list[Run]]] = {}

    def of(self, trace: str, generation: Generation | None) -> tuple[TraceFile, ...]:
        """The files of a trace in this commit, ordered by path; without deltas if `generation` is None."""
        row = self._note.traces.get(trace)
        if generation is None:
            return _recorded(row) if row is not None else ()
        paths = sorted(row.files) if row is not None else self._guessed(generation)
        self._read(paths, generation)
        shares = [self._share(path, row, generation) for path in paths]
        if row is None:
            return tuple(shares)
        settled = _settled(shares, row, len({edit.path for edit in generation.edits}))
        if settled is None:
            more = [path for path in self._guessed(generation) if path not in paths]
            self._read(more, generation)
            wider = shares + [self._share(path, row, generation) for path in more]
            settled = _settled(wider, row, None)
        return tuple(sorted(settled or shares))

    def _share(self, path: str, row: TraceRow | None, generation: Generation) -> TraceFile:
        share = _claimed(path, row)
        if share.why is not None:
            return share
        edits = self._edits(path)
        raw = raw_of(edits)
        if isinstance(raw, str):
            moved = not edits and (share.ai or share.edited)
            return share._replace(why="its lines were moved here from another file" if moved else raw)
        oid = self._blobs.get(path)
        content = self._repo.objects.blob(oid) if oid is not None else b""
        # A note may claim lines that the file does not have, and any number of them.
        whole = LineSet.of_runs([(1, count_lines(content))] if content else [])
        others = self._others(str(generation.id), path, whole)
        return share._replace(delta=delta_of(raw, content, share.ai & whole, others, path))

    def _read(self, paths: Sequence[str], generation: Generation) -> None:
        """Read the blob ids of these files; group the generation's edits by file."""
        self._blobs.update(self._blobs_of(paths))
        self._by_path = {}
        for edit in generation.edits:
            self._by_path.setdefault(edit.path, []).append(edit)

    def _blobs_of(self, paths: Sequence[str]) -> dict[str, str]:
        """Path → blob id: of few files through the running `cat-file`, of more in one call of git."""
        if len(paths) > _BY_NAME or not all(map(_NAMED.fullmatch, paths)):
            return blobs(self._repo, self._commit.oid, paths)
        objects = self._repo.objects.get_many(f"{self._commit.tree}:{path}" for path in paths)
        pairs = zip(paths, objects, strict=True)
        return {path: obj.oid for path, obj in pairs if obj is not None and obj.type == "blob"}

    def _others(self, trace: str, path: str, whole: LineSet) -> dict[int, str]:
        """Line (1-based) → trace, for the lines of the file that the note assigns to other traces."""
        if path not in self._owned:
            self._owned[path] = _owned(self._note, path, whole)
        ranks = ((run for run in runs if run[2] != trace) for runs in self._owned[path])
        first, second = (
            {line: name for start, last, name in runs for line in range(start, last + 1)} for runs in ranks
        )
        return {**second, **first}

    def _edits(self, path: str) -> list[Edit]:
        """The generation's edits of a file; if there are none, those of its path before the commit."""
        if path in self._by_path:
            return self._by_path[path]
        old = self._changes().get(path)
        return self._by_path.get(old, []) if old is not None else []

    def _guessed(self, generation: Generation) -> list[str]:
        """Files of the generation that the commit changes, by their paths in the commit."""
        edited_paths = {edit.path for edit in generation.edits}
        return (
            sorted(new for new, old in self._changes().items() if {new, old} & edited_paths)
            if edited_paths
            else []
        )

    def _changes(self) -> dict[str, str]:
        """New path → old path of the files that the commit changes against its first parent."""
        if self._changed is None:
            base = self._commit.parents[0] if self._commit.parents else None
            base_is_readable = base is None or self._repo.objects.get(base) is not None
            changes = between(self._repo, base, self._commit.oid) if base_is_readable else []
            self._changed = {change.path: change.old_path for change in changes}
        return self._changed


def _claimed(path: str, row: TraceRow | None, count: int | None = None) -> TraceFile:
    """The lines of a file that a row claims; `count` lines of it were dropped, and as many are pending."""
    if row is None:
        return TraceFile(path, _NONE, _NONE, 0, count, count)
    classes = row.classes(path)
    ai, edited = classes.get("ai", _NONE), classes.get("edited", _NONE)
    return TraceFile(path, ai, edited, row.deleted(path), count, count, None, row.bounded(path))


def _recorded(row: TraceRow) -> tuple[TraceFile, ...]:
    """The files of a trace whose generation is not in this clone, ordered by path; none has a delta."""
    count = None if row.counted("dropped") or row.counted("pending") else 0
    shares = (_claimed(path, row, count) for path in sorted(row.files))
    return tuple(share if share.why is not None else share._replace(why=_NOT_HERE) for share in shares)


def _owned(note: Note, path: str, whole: LineSet) -> tuple[list[Run], list[Run]]:
    """Runs of lines and the trace that has them, of those claims within `whole` that a note asks first; then
    the same of the claims that it would ask if the trace of the first were not there. For all traces that
    takes two sortings.
    """
    claims = [claim for claim in note.claims(path) if isinstance(claim.row, TraceRow)]
    names = [claim.row.id for claim in claims]
    sets = [claim.lines & whole for claim in claims]
    first = [(start, last, names[n]) for start, last, n in owners(sets)]
    taken: dict[str, list[tuple[int, int]]] = {}
    for start, last, name in first:
        taken.setdefault(name, []).append((start, last))
    have = {name: LineSet.of_runs(runs) for name, runs in taken.items()}
    rest = [lines - have.get(name, _NONE) for name, lines in zip(names, sets, strict=True)]
    return first, [(start, last, names[n]) for start, last, n in owners(rest)]


def raw_of(edits: Sequence[Edit]) -> Raw | str:
    """The model's version of a file, or the reason why it cannot be computed."""
    if not edits:
        return "the generation has no edit of this file"
    for edit in edits:
        for data, oid in ((edit.before, edit.before_oid), (edit.after, edit.after_oid)):
            if data is None and oid is not None:
                return "its content is not kept: only digests are"
        if edit.raw_lines is None:
            return "its content was too large or not text: only digests are kept"
    return raw_version([(edit.before or b"", edit.after or b"") for edit in edits])


def delta_of(raw: Raw, content: bytes, kept: LineSet | None, others: dict[int, str], path: str) -> Delta:
    """The delta from `raw` to a committed content; line endings that git converts are ignored."""
    if b"\r\n" not in content and any(line.endswith(b"\r\n") for line in raw.lines):
        raw = raw._replace(lines=[line.replace(b"\r\n", b"\n") for line in raw.lines])
    return compare(raw, content, set(kept or ()), others, language_of(path))


def _settled(shares: list[TraceFile], row: TraceRow, produced: int | None) -> list[TraceFile] | None:
    """Shares with their dropped and pending counts; None where the commit's sums do not determine these."""
    dropped, pending = row.counted("dropped"), row.counted("pending")
    if not dropped and not pending:
        return [share._replace(dropped=0, pending=0) for share in shares]
    if produced == 1 and len(shares) == 1:
        return [shares[0]._replace(dropped=dropped, pending=pending)]
    absent = [share.delta.absent if share.delta is not None else -1 for share in shares]
    if min(absent, default=-1) < 0 or sum(absent) != dropped + pending or (dropped and pending):
        return None
    return [
        share._replace(dropped=n if dropped else 0, pending=n if pending else 0)
        for share, n in zip(shares, absent, strict=True)
    ]


def paths_of(shares: Iterable[TraceFile]) -> set[str]:
    """The paths of these shares."""
    return {share.path for share in shares}
