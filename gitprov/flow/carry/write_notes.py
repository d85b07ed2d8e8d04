"""Writes inherited claims into commits' notes: they add to a note's own claims and replace copies by git."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitprov.attribution.note_rows import adapted, without
from gitprov.git import notes as git_notes
from gitprov.git.process import decode
from gitprov.git.write import RefChange, write
from gitprov.model.notes.note import Note, unite_rows
from gitprov.model.ranges import LineSet
from gitprov.store import files, notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: The most earlier states of the notes ref to search for a note that a copy by git has overwritten.
_BACK = 400


def record(repo: Repository, inherited: Mapping[str, Note], committer: str, words: str) -> list[str]:
    """Write the claims that commits inherit; returns the commits whose notes changed.

    A line that a commit's own note claims keeps that claim. If git replaced a commit's note by a copy, the
    last own one is restored first; an empty note in `inherited` does only this. `committer` as for `write`,
    `words` is the commit message. Contended where the ref keeps moving, GitFailed where git cannot write.
    """
    if not inherited:
        return []
    changed: list[str] = []

    def build(refs: dict[str, str]) -> list[RefChange]:
        base = refs.get(notes.REF)
        raw = git_notes.read(repo, base, inherited) if base else {}
        before = {oid: Note.parse(data) for oid, data in raw.items()}
        copied = [oid for oid, note in before.items() if note.copied_from(oid)]
        own_notes = {**before, **_before_copying(repo, base, copied)}
        after = {oid: beside(own_notes.get(oid), claims) for oid, claims in inherited.items()}
        changed[:] = [oid for oid, note in after.items() if note != before.get(oid, Note())]
        new = {oid: after[oid] for oid in changed}
        return [notes.replacement(repo, base, new, words, raw)]

    write(repo, committer, build, [notes.REF])
    if changed:
        files.raise_flag(repo.home, "active")
    return changed


def beside(note: Note | None, inherited: Note) -> Note:
    """A note with the inherited claims added, except for lines that it claims itself."""
    if not note:
        return inherited
    rows = dict(note.rows)
    taken = {path: LineSet.of_runs(_runs(note, path)) for path in note.paths()}
    for key, row in inherited.rows.items():
        if key[0] == "commit":
            rows[key] = unite_rows(rows[key], row) if key in rows else row
            continue
        rest = without(row, taken)
        if rest is not None:
            rows[key] = adapted(unite_rows(rows[key], rest)) if key in rows else rest
    return Note(rows.values(), note.foreign)


def _runs(note: Note, path: str) -> list[tuple[int, int]]:
    return [run for claim in note.claims(path) for run in claim.lines.runs]


def _before_copying(repo: Repository, base: str | None, oids: list[str]) -> dict[str, Note]:
    """Commit → its last note that was no copy by git, from the notes ref's history; empty if it had none."""
    own_notes: dict[str, Note] = {}
    if oids and base:
        shown = repo.try_run("rev-list", "--first-parent", f"--max-count={_BACK}", base)
        for state in decode(shown.stdout).split():
            missing = [oid for oid in oids if oid not in own_notes]
            if not missing:
                break
            then = notes.read(repo, missing, state).items()
            own_notes.update((oid, note) for oid, note in then if not note.copied_from(oid))
    return {oid: own_notes.get(oid, Note()) for oid in oids}
