"""Unites the claims that several sources make for one commit, without lines on which they disagree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.note_rows import adapted, without
from gitprov.git.files.tree import blobs
from gitprov.model.lines import is_trivial, split_lines
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet, repeated, union

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

Lines = Mapping[str, LineSet]
"""Path → lines of that file (1-based)."""


class Consensus(NamedTuple):
    """The union of several notes of a commit, None if no claim is left; `unsure` are the disputed lines."""

    note: Note | None
    unsure: dict[str, LineSet]


def agree(answers: Sequence[Note], *, strictly: bool = False) -> Consensus:
    """Unite the claims that several notes (`answers`) make for one commit's lines.

    A line with different traces (or people) gets no claim. `strictly`: nor does a line that one of the notes
    does not claim; this is for sources that all hold the very same change.
    """
    owners: dict[str, dict[tuple[str, str], list[LineSet]]] = {}
    whole: dict[str, list[LineSet]] = {}
    for note in answers:
        for path in note.paths():
            claims = note.claims(path)
            for claim in claims:
                owners.setdefault(path, {}).setdefault(claim.row.identity, []).append(claim.lines)
            whole.setdefault(path, []).append(union(claim.lines for claim in claims))
    unsure: dict[str, LineSet] = {}
    for path, of_path in whole.items():
        open_lines = repeated(map(union, owners.get(path, {}).values()))
        if strictly:
            silent = [LineSet()] * (len(answers) - len(of_path))
            open_lines = open_lines | _not_in_all([*of_path, *silent])
        if open_lines:
            unsure[path] = open_lines
    rest = [lessened(note, unsure) if unsure else note for note in answers]
    united = Note(
        [row for note in rest for row in note.rows.values()],
        [line for note in rest for line in note.foreign],
        [value for note in rest for value in note.implausible],
    )
    return Consensus(united if any(key[0] != "commit" for key in united.rows) else None, unsure)


def _not_in_all(claims: Sequence[LineSet]) -> LineSet:
    every, some = claims[0], LineSet()
    for lines in claims:
        every, some = every & lines, some | lines
    return some - every


def lessened(note: Note, gone: Lines) -> Note:
    """The note without claims for the lines `gone`; its counts are adapted."""
    pairs = [(row, without(row, gone)) for row in note.rows.values()]
    rows = [row if rest == row else adapted(rest) for row, rest in pairs if rest is not None]
    return Note(rows, note.foreign)


def of_traces(note: Note, traces: Collection[str]) -> Note | None:
    """A note's rows of some traces, their reviews and the commit; None if it has no row of these traces."""
    rows = [
        row
        for (kind, name), row in note.rows.items()
        if kind == "commit"
        or (kind == "trace" and name in traces)
        or (kind == "review" and name.partition("/")[0] in traces)
    ]
    return Note(rows) if any(isinstance(row, TraceRow) for row in rows) else None


def solid(repo: Repository, commit: str, note: Note, least: int) -> Note | None:
    """A note without runs that have fewer than `least` lines with words; None if no claim is left.

    The other lines are brackets and blanks, which look the same whoever writes them.
    """
    weak: dict[str, list[tuple[int, int]]] = {}
    for path, run, words in _runs(repo, commit, note):
        if words < least:
            weak.setdefault(path, []).append(run)
    rest = lessened(note, {path: LineSet.of_runs(runs) for path, runs in weak.items()}) if weak else note
    return rest if any(key[0] != "commit" for key in rest.rows) else None


def worded(repo: Repository, commit: str, note: Note) -> int:
    """The number of lines with words that a commit's note claims."""
    return sum(words for _, _, words in _runs(repo, commit, note))


def _runs(repo: Repository, commit: str, note: Note) -> Iterator[tuple[str, tuple[int, int], int]]:
    """(path, run, number of its lines with words) for each run of claimed lines; runs 1-based, inclusive."""
    oids = blobs(repo, commit, note.paths())
    for path in note.paths():
        texts = split_lines(repo.objects.blob(oids[path])) if path in oids else []
        for run in union(claim.lines for claim in note.claims(path)).runs:
            yield path, run, sum(not is_trivial(line) for line in texts[run[0] - 1 : run[1]])
