"""Both versions of one file: which definitions are gone, new, or may differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.behaviour.structure.definition import FileDefinitions, Form, LoadOrder
from gitprov.behaviour.structure.languages import definitions_of
from gitprov.behaviour.structure.matching import DefinitionPlace

_WORD = re.compile(r"\w+")


class Suspect(NamedTuple):
    """A definition of both versions whose forms differ, or the order of what it needs."""

    old: DefinitionPlace
    new: DefinitionPlace
    old_form: Form
    old_order: LoadOrder
    new_order: LoadOrder

    def differs(self, renamed: Mapping[str, str]) -> bool:
        """Whether it differs still where definitions were `renamed` (new name → old name)."""
        first, second = self.old.definition, self.new.definition
        order = {(number, renamed.get(name, name)): count for (number, name), count in self.new_order.items()}
        return (
            first.kind != second.kind
            or self.old_form != self.new.file.form(second, renamed)
            or any(order[key] != count for key, count in self.old_order.items() if key in order)
        )


class FilePair(NamedTuple):
    """What differs between both versions of a file."""

    suspects: list[Suspect]
    removed: list[DefinitionPlace]
    added: list[DefinitionPlace]


def file_pair(old_path: str, new_path: str, before: bytes | None, after: bytes | None) -> FilePair:
    """Compare both versions of a file, None where there is none. Unreadable where one cannot be parsed.

    Nothing but the definitions in the answer is kept: many trees at once make Python slow.
    """
    old = None if before is None else definitions_of(old_path, before)
    new = None if after is None else definitions_of(new_path, after)
    first = {} if old is None else old.definitions
    second = {} if new is None else new.definitions
    pair = FilePair(
        [] if old is None or new is None else _suspects(old_path, new_path, old, new),
        [
            DefinitionPlace(old_path, old, entry)
            for name, entry in first.items()
            if old and name not in second
        ],
        [
            DefinitionPlace(new_path, new, entry)
            for name, entry in second.items()
            if new and name not in first
        ],
    )
    for file in filter(None, (old, new)):
        file.release()
    return pair


def _suspects(old_path: str, new_path: str, old: FileDefinitions, new: FileDefinitions) -> list[Suspect]:
    """The definitions of both versions that differ in form, among those whose text or imports differ."""
    names = {*old.meanings, *new.meanings}
    doubtful = {name for name in names if old.meanings.get(name) != new.meanings.get(name)}
    common = [name for name in new.definitions if name in old.definitions]
    reordered = _at_top(common) != _at_top([name for name in old.definitions if name in new.definitions])
    suspects = []
    for name in common:
        before, after = old.definitions[name], new.definitions[name]
        if (
            before.text != after.text
            or before.kind != after.kind
            or reordered
            or (doubtful and not doubtful.isdisjoint(_WORD.findall(after.text)))
        ):
            suspect = _suspect(DefinitionPlace(old_path, old, before), DefinitionPlace(new_path, new, after))
            if suspect.differs({}):
                suspects.append(suspect)
    return suspects


def _suspect(old: DefinitionPlace, new: DefinitionPlace) -> Suspect:
    first, second = old.definition, new.definition
    orders = old.file.order(first), new.file.order(second)
    return Suspect(old, new, old.file.form(first, {}), *orders)


def _at_top(names: list[str]) -> list[str]:
    return [name for name in names if "." not in name]
