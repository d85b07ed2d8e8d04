"""Writing down what commits inherit: beside what their notes say already, and instead of what git merely
copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitprov.attribution.inherit import recounted
from gitprov.git import notes as git_notes
from gitprov.git.process import decode
from gitprov.git.write import RefChange, write
from gitprov.model.note import Note, Row, classes_of, files_entry, unite_rows
from gitprov.model.ranges import LineSet
from gitprov.store import flags, notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: How many earlier states of the notes ref are looked at for a note that git's own copying has overwritten.
_BACK = 400


def is_copied(oid: str, note: Note) -> bool:
    """Whether git copied a note from another commit (`notes.rewriteRef`): then its line numbers are that
    commit's.
    """
    return bool(note.copied_from(oid))


def record(repo: Repository, inherited: Mapping[str, Note], committer: str, words: str) -> list[str]:
    """Write what commits inherit; the commits whose notes changed.

    A line that a commit's own note claims already stays as it is. Every commit in `inherited` whose note was
    copied by git gets the last one of its own back first; an empty note there asks for that alone. Contended
    where the ref keeps moving, GitFailed where git cannot write. `committer` as for `write`.
    """
    if not inherited:
        return []
    changed: list[str] = []

    def build(refs: dict[str, str]) -> list[RefChange]:
        base = refs.get(notes.REF)
        raw = git_notes.read(repo, base, inherited) if base else {}
        before = {oid: Note.parse(data) for oid, data in raw.items()}
        copied = [oid for oid, note in before.items() if is_copied(oid, note)]
        own_notes = {**before, **_before_copying(repo, base, copied)}
        after = {oid: beside(own_notes.get(oid), claims) for oid, claims in inherited.items()}
        changed[:] = [oid for oid, note in after.items() if note != before.get(oid, Note())]
        new = {oid: after[oid] for oid in changed}
        return [notes.replacement(repo, base, new, words, raw)]

    write(repo, committer, build, [notes.REF])
    if changed:
        flags.raise_flag(repo.home, "active")
    return changed


def beside(note: Note | None, inherited: Note) -> Note:
    """A note with what its commit inherits: lines that it claims itself are left as they are."""
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
            rows[key] = joined(rows[key], rest) if key in rows else rest
    return Note(rows.values(), note.foreign)


def _runs(note: Note, path: str) -> list[tuple[int, int]]:
    return [run for claim in note.claims(path) for run in claim.lines.runs]


def without(row: Row, taken: Mapping[str, LineSet]) -> Row | None:
    """A row without lines that others claim; None where nothing is left. Rows without lines stay as they
    are.
    """
    if not isinstance(row.get("files"), dict):
        return row
    files = {}
    for path, entry in row["files"].items():
        classes = {cls: lines - taken.get(path, LineSet()) for cls, lines in classes_of(row, path).items()}
        gone = entry.get("deleted", 0) if isinstance(entry, dict) else 0
        files[path] = files_entry(classes, gone if isinstance(gone, int) else 0)
    files = {path: entry for path, entry in files.items() if entry}
    return {**row, "files": files} if files else None


def joined(a: Row, b: Row) -> Row:
    """Two rows of one trace or person over lines that are not the same: counts follow the lines."""
    row = unite_rows(a, b)
    if row["kind"] == "trace" and isinstance(row.get("delta"), dict):
        row["delta"] = recounted(row, row["delta"].get("dropped") or 0, row["delta"].get("pending") or 0)
    return row


def _before_copying(repo: Repository, base: str | None, oids: list[str]) -> dict[str, Note]:
    """The last notes of these commits that were their own, from the history of the notes ref; empty where
    none was.
    """
    own_notes: dict[str, Note] = {}
    if oids and base:
        shown = repo.try_run("rev-list", "--first-parent", f"--max-count={_BACK}", base)
        for state in decode(shown.stdout).split():
            missing = [oid for oid in oids if oid not in own_notes]
            if not missing:
                break
            then = notes.read(repo, missing, state).items()
            own_notes.update((oid, note) for oid, note in then if not is_copied(oid, note))
    return {oid: own_notes.get(oid, Note()) for oid in oids}
