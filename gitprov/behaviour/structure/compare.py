"""What differs between two versions of source files, definition by definition."""

from __future__ import annotations

from collections.abc import Mapping

from gitprov.behaviour.structure.definition import Unreadable
from gitprov.behaviour.structure.matching import DefinitionPlace, matched
from gitprov.behaviour.structure.pair import FilePair, Suspect, file_pair
from gitprov.model.answers.behaviour.compare import (
    ADDED,
    CHANGED,
    MOVED,
    REMOVED,
    RENAMED,
    StructureAnswer,
    StructureChange,
    UnreadFile,
)

_ORDER = (CHANGED, RENAMED, MOVED, REMOVED, ADDED)
#: Rounds in which renamed definitions make further ones equal.
_ROUNDS = 5


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> StructureAnswer:
    """The definitions that differ between two sets of files (path → bytes).

    Where each side has a single file, these are compared whatever their paths. Definitions whose text is
    equal are not looked into, as long as the imports that they use are the same.
    """
    unread: list[UnreadFile] = []
    pairs: list[FilePair] = []
    for old_path, new_path in _paths(old, new):
        before, after = old.get(old_path), new.get(new_path)
        if before != after:
            try:
                pairs.append(file_pair(old_path, new_path, before, after))
            except Unreadable as error:
                unread.append(UnreadFile(new_path, str(error)))
    changes = _changes(pairs, alone=len(old) == len(new) == 1)
    changes.sort(key=lambda row: (row.signature is None, _ORDER.index(row.change), row.path, row.line))
    return StructureAnswer(tuple(changes), tuple(unread))


def _paths(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[tuple[str, str]]:
    if len(old) == len(new) == 1:
        return [(next(iter(old)), next(iter(new)))]
    return [(path, path) for path in sorted({*old, *new})]


def _changes(pairs: list[FilePair], *, alone: bool) -> list[StructureChange]:
    """All changes; `alone`: the only file of each side is one file, whatever its paths."""
    removed = [place for pair in pairs for place in pair.removed]
    added = [place for pair in pairs for place in pair.added]
    changes: list[StructureChange] = []
    renamed: dict[str, str] = {}
    for _ in range(_ROUNDS):
        couples = matched(removed, added, renamed)
        if not couples:
            break
        for first, second in couples:
            removed.remove(first)
            added.remove(second)
            changes.append(_moved(first, second, alone or first.path == second.path))
            if "." not in second.definition.name and first.definition.name != second.definition.name:
                renamed[second.definition.name] = first.definition.name
    suspects = [suspect for pair in pairs for suspect in pair.suspects]
    changes += [_changed(suspect, renamed) for suspect in suspects if not renamed or suspect.differs(renamed)]
    changes += [_change(REMOVED, place) for place in removed]
    changes += [_change(ADDED, place) for place in added]
    return changes


def _changed(suspect: Suspect, renamed: Mapping[str, str]) -> StructureChange:
    """The change of a definition that both versions have."""
    old, new = suspect.old, suspect.new
    before, after = old.definition, new.definition
    signature = None
    if before.kind != after.kind or suspect.old_form.signature != new.file.form(after, renamed).signature:
        signature = (old.file.signature(before), new.file.signature(after))
    old_path = old.path if old.path != new.path else None
    return StructureChange(CHANGED, after.kind, after.name, new.path, after.line, None, old_path, signature)


def _moved(first: DefinitionPlace, second: DefinitionPlace, same_file: bool) -> StructureChange:
    """The change of a definition with another name, or in another file or class."""
    before, after = first.definition, second.definition
    in_place = same_file and before.name.rpartition(".")[0] == after.name.rpartition(".")[0]
    return StructureChange(
        RENAMED if in_place or before.last_name != after.last_name else MOVED,
        after.kind,
        after.name,
        second.path,
        after.line,
        before.name if before.name != after.name else None,
        first.path if first.path != second.path else None,
    )


def _change(change: str, place: DefinitionPlace) -> StructureChange:
    entry = place.definition
    return StructureChange(change, entry.kind, entry.name, place.path, entry.line)
