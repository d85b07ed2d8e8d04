"""The three-way merge of two notes trees and their base: what each side lacks. A merge never removes a note.

Trees are given as differences alone, so a hundred thousand equal notes cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from gitprov.model.notes.note import Note

#: Path → blob id; None stands for no file.
Diff = Mapping[str, tuple[str | None, str | None]]
Files = dict[str, str]

_HEX = re.compile(r"[0-9a-f]+")


class NoteVersions(NamedTuple):
    """One commit's note on both sides and in the base, by path; only what differs somewhere."""

    base: Files
    local: Files
    remote: Files


class Union(NamedTuple):
    """What turns the local tree into the union: `put` (path → a blob id, or new bytes) and `drop`.

    `came`: keys whose note changes on the local side, `went`: those whose note changes on the remote side;
    `merged`: keys in both. Keys are commit ids.
    """

    put: dict[str, str | bytes]
    drop: frozenset[str]
    came: frozenset[str]
    went: frozenset[str]
    merged: frozenset[str]


def note_key(length: int) -> Callable[[str], str]:
    """A function: path → key of its note, the commit id (`length` hex digits), whatever the directories."""

    def key(path: str) -> str:
        *above, name = path.split("/")
        joined = "".join(above) + name
        spread = all(len(part) == 2 for part in above)
        return joined if spread and len(joined) == length and _HEX.fullmatch(joined) else path

    return key


def without_base(sides: Diff) -> tuple[Diff, Diff]:
    """The difference between two trees without a common base, as two differences from the empty tree."""
    local = {path: (None, old) for path, (old, _) in sides.items()}
    return local, {path: (None, new) for path, (_, new) in sides.items()}


def entries(local: Diff, remote: Diff, key: Callable[[str], str]) -> dict[str, NoteVersions]:
    """Key → the differing versions of a note. Both differences start from the same tree."""
    versions: dict[str, NoteVersions] = {}
    for path in {**local, **remote}:
        base = (local.get(path) or remote[path])[0]
        sides = (base, local.get(path, (base, base))[1], remote.get(path, (base, base))[1])
        entry = versions.setdefault(key(path), NoteVersions({}, {}, {}))
        for side, oid in zip(entry, sides, strict=True):
            if oid is not None:
                side[path] = oid
    return versions


def notes_to_read(versions: Mapping[str, NoteVersions], length: int) -> set[str]:
    """The ids of the blobs whose contents `unite_notes` needs."""
    oids: set[str] = set()
    for key, (base, local, remote) in versions.items():
        if len(key) == length and "/" not in key and _several(base, local, remote):
            oids.update(base.values(), local.values(), remote.values())
    return oids


def _several(base: Files, local: Files, remote: Files) -> bool:
    """Whether more than one blob has to be read as one note."""
    if set(local.values()) == set(remote.values()):
        return False
    return bool(base) or bool(local and remote)


def unite_notes(versions: Mapping[str, NoteVersions], length: int, contents: Mapping[str, bytes]) -> Union:
    """The union of two notes trees. A note that one side lacks, deleted or never written, is added to it."""
    put: dict[str, str | bytes] = {}
    drop: set[str] = set()
    came, went, merged = set(), set(), set()
    for key, entry in versions.items():
        if len(key) != length or "/" in key:
            if _takes_foreign(key, entry):
                put[key] = entry.remote[key]
            continue
        result = _note(key, entry, contents)
        if result.local is not None:
            new = result.local if isinstance(result.local, dict) else _placed(key, entry, result.local)
            put.update(new)
            drop.update(entry.local.keys() - new.keys())
            came.add(key)
        if result.remote:
            went.add(key)
        if result.local is not None and result.remote:
            merged.add(key)
    return Union(put, frozenset(drop), frozenset(came), frozenset(went), frozenset(merged))


class _MergedNote(NamedTuple):
    """`local`: what the local note becomes (files as they are, or a content for one of them), None where it
    stays. `remote`: whether the remote note changes.
    """

    local: Files | str | bytes | None
    remote: bool


def _placed(key: str, entry: NoteVersions, content: str | bytes) -> dict[str, str | bytes]:
    """Path → content, at a path where a side has this note: at another may be a file that is no note."""
    usual = f"{key[:2]}/{key[2:]}"
    files = {**entry.local, **entry.remote}
    return {usual if usual in files else min(entry.local or files): content}


def _note(commit: str, entry: NoteVersions, contents: Mapping[str, bytes]) -> _MergedNote:
    local, remote = set(entry.local.values()), set(entry.remote.values())
    if local == remote:
        return _MergedNote(None, False)
    base, local_note, remote_note = (_parsed(side.values(), contents) for side in entry)
    if not local or not remote:
        # Git's copy of another commit's note is not about this commit; only such a copy may be removed.
        if entry.base and (local or remote) == set(entry.base.values()) and _copied(base, commit):
            return _MergedNote({}, False) if local else _MergedNote(None, True)
        return _MergedNote(None, True) if local else _MergedNote(entry.remote, False)
    result = united(commit, base, local_note, remote_note)
    content = result.dump()
    same = _may_be(result, remote_note) and content == remote_note.dump()
    if _may_be(result, local_note) and content == local_note.dump():
        return _MergedNote(None, not same)
    return _MergedNote(remote.pop() if same and len(remote) == 1 else content, not same)


def _may_be(note: Note, other: Note) -> bool:
    """Whether two notes can be equal, by their numbers of rows: writing both to compare them costs more."""
    return len(note.rows) == len(other.rows) and len(note.foreign) == len(other.foreign)


def _parsed(oids: Iterable[str], contents: Mapping[str, bytes]) -> Note:
    """Blobs as one note; several where one tree holds the note at paths with and without directories."""
    first, *others = (Note.parse(contents.get(oid, b"")) for oid in sorted(set(oids) or {""}))
    for note in others:
        first |= note
    return first


def united(commit: str, base: Note, local: Note, remote: Note) -> Note:
    """The union of a commit's notes. Exception: a copy that git made of another commit's note (its line
    numbers may be wrong) does not come back once one side has replaced it.
    """
    if _copied(base, commit):
        if local == base and not _copied(remote, commit) and remote:
            return remote
        if remote == base and not _copied(local, commit) and local:
            return local
    return local | remote


def _copied(note: Note, commit: str) -> bool:
    return bool(note.copied_from(commit))


def _takes_foreign(path: str, entry: NoteVersions) -> bool:
    """Whether to take a remote file that is no note: not if it blocks a note or undoes a local change."""
    first, *_ = parts = path.split("/")
    fits = not _HEX.fullmatch(first) and not {"", ".", ".."} & set(parts) and ".git" not in path.lower()
    return fits and path in entry.remote and entry.local == entry.base != entry.remote
