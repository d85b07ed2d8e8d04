"""`gitprov import`: takes what other tools recorded into the notes of commits, beside what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.carry.write_notes import beside
from gitprov.flow.exchange import sources
from gitprov.flow.exchange.collect import changed_files, lines_of
from gitprov.git import notes as git_notes
from gitprov.git.write import RefChange, write
from gitprov.interop.formats.rows import Imported, rows_of
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import CommitRow
from gitprov.store import files, notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.exchange.exchange import ForeignNote

#: Problems that are listed; more are counted.
_LISTED = 20


class ImportedNotes(NamedTuple):
    """What an import did. `read`: commits with a foreign note; `changed`: those whose notes it changed.

    `lines` are claimed lines that the commits add, `outside` claimed lines that they do not add. `problems`
    are (commit, text) pairs, the first of them; `troubled` is the number of notes that have any. Of the
    records in a file `elsewhere` name other commits and `nameless` name none.
    """

    source: str
    read: int
    changed: tuple[str, ...]
    lines: int
    outside: int
    troubled: int
    problems: tuple[tuple[str, str], ...]
    elsewhere: int
    nameless: int


def import_notes(
    repo: Repository, source: sources.NoteSource, oids: Sequence[str], *, dry: bool
) -> ImportedNotes:
    """Read the foreign notes of commits and write what they claim into gitprov's, unless `dry`.

    A line that a commit's note claims keeps that claim, and a trace that it has stays as it is: what was
    captured is never changed by what another tool wrote. GitFailed where git cannot write.
    """
    foreign, elsewhere, nameless = sources.read(repo, source, oids)
    results = dict(_results(repo, source.name, foreign))
    fresh = {oid: result for oid, (result, _) in results.items() if result.rows}
    changed: list[str] = []

    def build(refs: dict[str, str]) -> list[RefChange]:
        base = refs.get(notes.REF)
        raw = git_notes.read(repo, base, fresh) if base else {}
        new: dict[str, Note] = {}
        for oid, result in fresh.items():
            before = Note.parse(raw[oid]) if oid in raw else Note()
            after = _with(before, oid, result, results[oid][1])
            if after != before:
                new[oid] = after
        changed[:] = sorted(new)
        return [] if dry else [notes.replacement(repo, base, new, f"gitprov: import {source.name}", raw)]

    if fresh:
        who = repo.identity("the notes of an import need a committer")
        write(repo, who, build, [notes.REF])
    if changed and not dry:
        files.raise_flag(repo.home, "active")
    problems = [(oid, text) for oid, note in foreign.items() for text in note.problems]
    return ImportedNotes(
        source.name,
        len(foreign),
        tuple(changed),
        sum(result.lines for result, _ in results.values()),
        sum(result.outside for result, _ in results.values()),
        len({oid for oid, _ in problems}),
        tuple(problems[:_LISTED]),
        elsewhere,
        nameless,
    )


def _results(
    repo: Repository, source: str, foreign: Mapping[str, ForeignNote]
) -> Iterator[tuple[str, tuple[Imported, int]]]:
    """Commit → (the rows of its foreign note, the number of lines that it adds)."""
    for commit, changes in changed_files(repo, list(foreign)):
        added = lines_of(changes)
        rows = rows_of(foreign[commit.oid], source, commit.committed, added)
        yield commit.oid, (rows, sum(map(len, added.values())))


def _with(before: Note, oid: str, result: Imported, added: int) -> Note:
    """A note with imported rows: those of traces and people that it does not have, for lines that nobody
    claims in it. A note that git copied from another commit is not touched.
    """
    if before.copied_from(oid):
        return before
    about = [] if before.commit is not None else [CommitRow.of(oid, "absent", added, {})]
    rows = [row for row in result.rows if row.identity not in before.rows]
    after = beside(before or None, Note(rows))
    return after | Note(about) if after != before else before
