"""Applies notes of missing commits to new ones, in files where the new commit adds every claimed line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.note_rows import weakest
from gitprov.flow.carry.solid import lessened
from gitprov.flow.change import new_lines
from gitprov.git.objects import parse_commit
from gitprov.model.hunk import added_lines
from gitprov.model.note import Note
from gitprov.model.ranges import LineSet, union
from gitprov.model.rows import CommitRow, LineRow, NoteRow, TraceRow

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class LiteralNote(NamedTuple):
    """A note rewritten for another commit, None if nothing is left; `misfits`: paths that do not fit."""

    note: Note | None
    misfits: tuple[str, ...]


def literally(repo: Repository, note: Note, old: str, new: str) -> LiteralNote:
    """The note of `old`, a commit missing in this clone, as a note of `new`."""
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
