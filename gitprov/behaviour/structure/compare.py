"""What differs between two versions of source files, definition by definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.behaviour.structure.definition import (
    CodeDefinition,
    FileDefinitions,
    Form,
    LoadOrder,
    Unreadable,
)
from gitprov.behaviour.structure.languages import definitions_of
from gitprov.behaviour.structure.matching import DefinitionPlace, matched
from gitprov.model.answers.compare import (
    ADDED,
    CHANGED,
    MOVED,
    REMOVED,
    RENAMED,
    StructureAnswer,
    StructureChange,
    UnreadFile,
)

_WORD = re.compile(r"\w+")
_ORDER = (CHANGED, RENAMED, MOVED, REMOVED, ADDED)
#: Rounds in which renamed definitions make further ones equal.
_ROUNDS = 5


class _FilePair(NamedTuple):
    """Both versions of a file."""

    old_path: str
    new_path: str
    old: FileDefinitions
    new: FileDefinitions


class _Empty:
    """The definitions of a file that is not there."""

    definitions: Mapping[str, CodeDefinition] = {}
    meanings: Mapping[str, str] = {}

    def form(self, definition: CodeDefinition, renamed: Mapping[str, str]) -> Form:
        raise KeyError(definition.name)

    def signature(self, definition: CodeDefinition) -> str:
        raise KeyError(definition.name)

    def order(self, definition: CodeDefinition, renamed: Mapping[str, str]) -> LoadOrder:
        raise KeyError(definition.name)


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> StructureAnswer:
    """The definitions that differ between two sets of files (path → bytes).

    Where each side has a single file, these are compared whatever their paths. Definitions whose text is
    equal are not looked into, as long as the imports that they use are the same.
    """
    unread: list[UnreadFile] = []
    pairs: list[_FilePair] = []
    for old_path, new_path in _paths(old, new):
        before, after = old.get(old_path), new.get(new_path)
        if before != after:
            try:
                first = _Empty() if before is None else definitions_of(old_path, before)
                pairs.append(
                    _FilePair(
                        old_path,
                        new_path,
                        first,
                        _Empty() if after is None else definitions_of(new_path, after),
                    )
                )
            except Unreadable as error:
                unread.append(UnreadFile(new_path, str(error)))
    try:
        changes = _changes(pairs)
    except Unreadable as error:
        return StructureAnswer((), (*unread, UnreadFile(pairs[0].new_path, str(error))))
    changes.sort(key=lambda row: (row.signature is None, _ORDER.index(row.change), row.path, row.line))
    return StructureAnswer(tuple(changes), tuple(unread))


def _paths(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[tuple[str, str]]:
    if len(old) == len(new) == 1:
        return [(next(iter(old)), next(iter(new)))]
    return [(path, path) for path in sorted({*old, *new})]


def _changes(pairs: list[_FilePair]) -> list[StructureChange]:
    suspects = [(pair, name) for pair in pairs for name in _suspects(pair)]
    removed = [
        DefinitionPlace(pair.old_path, pair.old, entry)
        for pair in pairs
        for name, entry in pair.old.definitions.items()
        if name not in pair.new.definitions
    ]
    added = [
        DefinitionPlace(pair.new_path, pair.new, entry)
        for pair in pairs
        for name, entry in pair.new.definitions.items()
        if name not in pair.old.definitions
    ]
    same_path = {(pair.old_path, pair.new_path) for pair in pairs}
    changes: list[StructureChange] = []
    renamed: dict[str, str] = {}
    for _ in range(_ROUNDS):
        couples = matched(removed, added, renamed)
        if not couples:
            break
        for first, second in couples:
            removed.remove(first)
            added.remove(second)
            changes.append(_moved(first, second, (first.path, second.path) in same_path))
            if "." not in second.definition.name and first.definition.name != second.definition.name:
                renamed[second.definition.name] = first.definition.name
    changes += [row for pair, name in suspects for row in _changed(pair, name, renamed)]
    changes += [_change(REMOVED, place) for place in removed]
    changes += [_change(ADDED, place) for place in added]
    return changes


def _suspects(pair: _FilePair) -> list[str]:
    """The names in both versions whose definitions may differ: in text, or in what a word means."""
    names = {*pair.old.meanings, *pair.new.meanings}
    doubtful = {name for name in names if pair.old.meanings.get(name) != pair.new.meanings.get(name)}
    common = [name for name in pair.new.definitions if name in pair.old.definitions]
    reordered = _at_top(common) != _at_top(
        [name for name in pair.old.definitions if name in pair.new.definitions]
    )
    suspects = []
    for name in common:
        before, after = pair.old.definitions[name], pair.new.definitions[name]
        if (
            before.text != after.text
            or before.kind != after.kind
            or (doubtful and not doubtful.isdisjoint(_WORD.findall(after.text)))
            or (reordered and not _same_order(pair, before, after, {}))
        ):
            suspects.append(name)
    return suspects


def _at_top(names: list[str]) -> list[str]:
    return [name for name in names if "." not in name]


def _same_order(
    pair: _FilePair, before: CodeDefinition, after: CodeDefinition, renamed: Mapping[str, str]
) -> bool:
    """Whether all that both versions of a definition need is defined before them as often."""
    old, new = pair.old.order(before, {}), pair.new.order(after, renamed)
    return all(new[key] == count for key, count in old.items() if key in new)


def _changed(pair: _FilePair, name: str, renamed: Mapping[str, str]) -> list[StructureChange]:
    """The change of a definition that both versions have; none if its forms and what it needs are equal."""
    before, after = pair.old.definitions[name], pair.new.definitions[name]
    old, new = pair.old.form(before, {}), pair.new.form(after, renamed)
    if before.kind == after.kind and old == new and _same_order(pair, before, after, renamed):
        return []
    signature = None
    if old.signature != new.signature or before.kind != after.kind:
        signature = (pair.old.signature(before), pair.new.signature(after))
    old_path = pair.old_path if pair.old_path != pair.new_path else None
    row = StructureChange(CHANGED, after.kind, name, pair.new_path, after.line, None, old_path, signature)
    return [row]


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
