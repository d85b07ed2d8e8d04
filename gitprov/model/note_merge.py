"""Two notes trees and the one they both come from: what each side lacks. No note is ever taken away.

Trees are told by their differences alone, so a hundred thousand equal notes cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from gitprov.model.note import Note

#: Path → blob id; None stands for no file.
Diff = Mapping[str, tuple[str | None, str | None]]
Files = dict[str, str]

_HEX = re.compile(r"[0-9a-f]+")


class NoteVersions(NamedTuple):
    """One commit's note on both sides and where they parted, by path; only what differs somewhere."""

    base: Files
    local: Files
    remote: Files


class Union(NamedTuple):
    """What makes our tree the union: `put` (path → a blob id, or new bytes) and `drop`.

    `came`: keys that we did not have like this, `went`: those that they did not; `merged`: both had something of their
    own. Keys are commit ids.
    """

    put: dict[str, str | bytes]
    drop: frozenset[str]
    came: frozenset[str]
    went: frozenset[str]
    merged: frozenset[str]


def note_key(length: int) -> Callable[[str], str]:
    """How notes are known again whatever directories they are spread over: by commit id (`length` hex digits)."""

    def key(path: str) -> str:
        *above, name = path.split("/")
        joined = "".join(above) + name
        spread = all(len(part) == 2 for part in above)
        return joined if spread and len(joined) == length and _HEX.fullmatch(joined) else path

    return key


def without_base(sides: Diff) -> tuple[Diff, Diff]:
    """The difference between two trees that have nothing in common, as two differences from nothing."""
    local = {path: (None, old) for path, (old, _) in sides.items()}
    return local, {path: (None, new) for path, (_, new) in sides.items()}


def entries(local: Diff, remote: Diff, key: Callable[[str], str]) -> dict[str, NoteVersions]:
    """What differs, sorted together by key. Both differences start from the same tree."""
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
    """Blobs that `unite_notes` needs the contents of."""
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
    """The union of two notes trees. What is missing on one side comes from the other, deleted or never there."""
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
    """`ours`: what our note becomes (files as they are, or a content for one of them), None where it stays.
    `theirs`: whether theirs changes.
    """

    local: Files | str | bytes | None
    remote: bool


def _placed(key: str, entry: NoteVersions, content: str | bytes) -> dict[str, str | bytes]:
    """A note at one of the paths that are known to be its own: at any other there may be an equal part of it."""
    usual = f"{key[:2]}/{key[2:]}"
    files = {**entry.local, **entry.remote}
    return {usual if usual in files else min(entry.local or files): content}


def _note(commit: str, entry: NoteVersions, contents: Mapping[str, bytes]) -> _MergedNote:
    local, remote = set(entry.local.values()), set(entry.remote.values())
    if local == remote:
        return _MergedNote(None, False)
    base, local_note, remote_note = (_parsed(side.values(), contents) for side in entry)
    if not local or not remote:
        # What git copied from another commit's note says nothing of this commit; it alone may be taken away.
        if entry.base and (local or remote) == set(entry.base.values()) and _copied(base, commit):
            return _MergedNote({}, False) if local else _MergedNote(None, True)
        return _MergedNote(None, True) if local else _MergedNote(entry.remote, False)
    result = united(commit, base, local_note, remote_note)
    content = result.dump()
    same = content == remote_note.dump()
    if content == local_note.dump():
        return _MergedNote(None, not same)
    return _MergedNote(remote.pop() if same and len(remote) == 1 else content, not same)


def _parsed(oids: Iterable[str], contents: Mapping[str, bytes]) -> Note:
    """Blobs as one note; several are a note that is spread in two ways in one tree."""
    note = Note()
    for oid in sorted(set(oids)):
        note = note | Note.parse(contents.get(oid, b""))
    return note


def united(commit: str, base: Note, local: Note, remote: Note) -> Note:
    """The union of a commit's notes, except that a copy which git made of another commit's note (its line numbers may
    be wrong) does not come back once one side has replaced it.
    """
    if _copied(base, commit):
        if local == base and not _copied(remote, commit) and remote:
            return remote
        if remote == base and not _copied(local, commit) and local:
            return local
    return local | remote


def _copied(note: Note, commit: str) -> bool:
    return any(row["id"] != commit for row in note.of_kind("commit"))


def _takes_foreign(path: str, entry: NoteVersions) -> bool:
    """Whether a file that is no note comes over: only where it can neither stand in a note's way nor undo ours."""
    first, *_ = parts = path.split("/")
    fits = not _HEX.fullmatch(first) and not {"", ".", ".."} & set(parts) and ".git" not in path.lower()
    return fits and path in entry.remote and entry.local == entry.base != entry.remote
