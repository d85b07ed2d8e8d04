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
    ours: Files
    theirs: Files


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
    ours = {path: (None, old) for path, (old, _) in sides.items()}
    return ours, {path: (None, new) for path, (_, new) in sides.items()}


def entries(ours: Diff, theirs: Diff, key: Callable[[str], str]) -> dict[str, NoteVersions]:
    """What differs, sorted together by key. Both differences start from the same tree."""
    found: dict[str, NoteVersions] = {}
    for path in {**ours, **theirs}:
        base = (ours.get(path) or theirs[path])[0]
        sides = (base, ours.get(path, (base, base))[1], theirs.get(path, (base, base))[1])
        entry = found.setdefault(key(path), NoteVersions({}, {}, {}))
        for side, oid in zip(entry, sides, strict=True):
            if oid is not None:
                side[path] = oid
    return found


def notes_to_read(found: Mapping[str, NoteVersions], length: int) -> set[str]:
    """Blobs that `unite_notes` needs the contents of."""
    wanted: set[str] = set()
    for key, (base, ours, theirs) in found.items():
        if len(key) == length and "/" not in key and _several(base, ours, theirs):
            wanted.update(base.values(), ours.values(), theirs.values())
    return wanted


def _several(base: Files, ours: Files, theirs: Files) -> bool:
    """Whether more than one blob has to be read as one note."""
    if set(ours.values()) == set(theirs.values()):
        return False
    return bool(base) or bool(ours and theirs)


def unite_notes(found: Mapping[str, NoteVersions], length: int, contents: Mapping[str, bytes]) -> Union:
    """The union of two notes trees. What is missing on one side comes from the other, deleted or never there."""
    put: dict[str, str | bytes] = {}
    drop: set[str] = set()
    came, went, merged = set(), set(), set()
    for key, entry in found.items():
        if len(key) != length or "/" in key:
            if _takes_foreign(key, entry):
                put[key] = entry.theirs[key]
            continue
        result = _note(key, entry, contents)
        if result.ours is not None:
            new = result.ours if isinstance(result.ours, dict) else _placed(key, entry, result.ours)
            put.update(new)
            drop.update(entry.ours.keys() - new.keys())
            came.add(key)
        if result.theirs:
            went.add(key)
        if result.ours is not None and result.theirs:
            merged.add(key)
    return Union(put, frozenset(drop), frozenset(came), frozenset(went), frozenset(merged))


class _MergedNote(NamedTuple):
    """`ours`: what our note becomes (files as they are, or a content for one of them), None where it stays.
    `theirs`: whether theirs changes.
    """

    ours: Files | str | bytes | None
    theirs: bool


def _placed(key: str, entry: NoteVersions, content: str | bytes) -> dict[str, str | bytes]:
    """A note at one of the paths that are known to be its own: at any other there may be an equal part of it."""
    usual = f"{key[:2]}/{key[2:]}"
    known = {**entry.ours, **entry.theirs}
    return {usual if usual in known else min(entry.ours or known): content}


def _note(commit: str, entry: NoteVersions, contents: Mapping[str, bytes]) -> _MergedNote:
    ours, theirs = set(entry.ours.values()), set(entry.theirs.values())
    if ours == theirs:
        return _MergedNote(None, False)
    base, mine, other = (_parsed(side.values(), contents) for side in entry)
    if not ours or not theirs:
        # What git copied from another commit's note says nothing of this commit; it alone may be taken away.
        if entry.base and (ours or theirs) == set(entry.base.values()) and _copied(base, commit):
            return _MergedNote({}, False) if ours else _MergedNote(None, True)
        return _MergedNote(None, True) if ours else _MergedNote(entry.theirs, False)
    result = united(commit, base, mine, other)
    wanted = result.dump()
    same = _may_be(result, other) and wanted == other.dump()
    if _may_be(result, mine) and wanted == mine.dump():
        return _MergedNote(None, not same)
    return _MergedNote(theirs.pop() if same and len(theirs) == 1 else wanted, not same)


def _may_be(note: Note, other: Note) -> bool:
    """Whether two notes can be the same: to see it in their numbers of lines costs less than to write both."""
    return len(note.rows) == len(other.rows) and len(note.foreign) == len(other.foreign)


def _parsed(oids: Iterable[str], contents: Mapping[str, bytes]) -> Note:
    """Blobs as one note; several are a note that is spread in two ways in one tree."""
    first, *others = (Note.parse(contents.get(oid, b"")) for oid in sorted(set(oids) or {""}))
    for note in others:
        first |= note
    return first


def united(commit: str, base: Note, ours: Note, theirs: Note) -> Note:
    """The union of a commit's notes, except that a copy which git made of another commit's note (its line numbers may
    be wrong) does not come back once one side has replaced it.
    """
    if _copied(base, commit):
        if ours == base and not _copied(theirs, commit) and theirs:
            return theirs
        if theirs == base and not _copied(ours, commit) and ours:
            return ours
    return ours | theirs


def _copied(note: Note, commit: str) -> bool:
    return any(row["id"] != commit for row in note.of_kind("commit"))


def _takes_foreign(path: str, entry: NoteVersions) -> bool:
    """Whether a file that is no note comes over: only where it can neither stand in a note's way nor undo ours."""
    first, *_ = parts = path.split("/")
    fits = not _HEX.fullmatch(first) and not {"", ".", ".."} & set(parts) and ".git" not in path.lower()
    return fits and path in entry.theirs and entry.ours == entry.base != entry.theirs
