"""Notes of missing commits that --map names: they hold where the new commit adds each claimed line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.note_rows import weakest
from gitprov.flow.heal.scope import Answers, Source, Sources
from gitprov.git.objects import parse_commit
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import CommitRow, LineRow, NoteRow, TraceRow
from gitprov.model.ranges import LineSet, added_lines, union
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.flow.heal.search import Search
    from gitprov.git.repo import Repository


class LiteralNote(NamedTuple):
    """A note rewritten for another commit, None if nothing is left; `misfits`: paths that do not fit."""

    note: Note | None
    misfits: tuple[str, ...]


def lost(search: Search) -> Sources:
    """The sources of --map of which this clone has the note, but not the commit."""
    sources_of: Sources = {}
    for oid in search.candidates.keys() & search.mapped.keys():
        names = dict.fromkeys(source.oid for source in search.mapped[oid] if source.oid in search.noted)
        missing = [old for old in names if search.repo.objects.get(old) is None]
        if missing:
            sources_of[oid] = [Source(old, "note of a lost commit") for old in missing]
    return sources_of


def claims_of_lost(search: Search, sources_of: Sources) -> Answers:
    """The claims of notes that fit; the files that a note does not fit are recorded in `search.misfits`."""
    noted = notes.read(search.repo, {source.oid for sources in sources_of.values() for source in sources})
    claims_of: Answers = {}
    for oid, sources in sources_of.items():
        for source in sources:
            if source.oid in noted:
                done = _literally(search.repo, noted[source.oid], source.oid, oid)
                if done.note is not None:
                    claims_of.setdefault(oid, []).append(([source], done.note))
                if done.misfits:
                    search.misfits.setdefault(oid, {})[source.oid] = done.misfits
    return claims_of


def _literally(repo: Repository, note: Note, old: str, new: str) -> LiteralNote:
    """The note of `old`, a commit missing in this clone, as a note of `new`."""
    from gitprov.flow.carry.solid import lessened
    from gitprov.flow.change import new_lines

    obj = repo.objects.get(new)
    if obj is None:
        return LiteralNote(None, tuple(note.paths()))
    parents = parse_commit(obj).parents
    changes = new_lines(repo, parents, parents[0] if parents else None, new)
    added = {change.path: added_lines(change.hunks) for change in changes if change.has_text}
    wrong = {}
    for path in note.paths():
        claimed = union(claim.lines for claim in note.claims(path))
        if claimed - added.get(path, LineSet()):
            wrong[path] = claimed
    kept = lessened(note, wrong)
    rows = [row for one in kept.rows.values() if (row := _renamed(one, old, new)) is not None]
    some = any(isinstance(row, LineRow) for row in rows)
    return LiteralNote(Note(rows) if some else None, tuple(sorted(wrong)))


def _renamed(row: NoteRow, old: str, new: str) -> NoteRow | None:
    if isinstance(row, CommitRow):
        return row.replace(id=new) if row.id == old else None
    return row.replace(evidence=weakest(row.evidence, "carried")) if isinstance(row, TraceRow) else row
