"""Applies notes of missing commits to new ones, in files where the new commit adds every claimed line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.inherit import weakest
from gitprov.flow.carry.solid import lessened
from gitprov.flow.change import new_lines
from gitprov.git.objects import parse_commit
from gitprov.model.hunk import added_lines
from gitprov.model.note import Note, Row
from gitprov.model.ranges import LineSet, union

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
    some = any(row["kind"] in ("trace", "human") for row in rows)
    return LiteralNote(Note(rows) if some else None, tuple(sorted(wrong)))


def _renamed(row: Row, old: str, new: str) -> Row | None:
    if row["kind"] == "commit":
        return {**row, "id": new} if row["id"] == old else None
    return {**row, "evidence": weakest(row.get("evidence"), "carried")} if row["kind"] == "trace" else row
