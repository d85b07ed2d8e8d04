"""Which removed definition an added one is, under another name or in another place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gitprov.behaviour.structure.definition import CodeDefinition, FileDefinitions, Form, Unreadable


class DefinitionPlace(NamedTuple):
    """A definition in its file."""

    path: str
    file: FileDefinitions
    definition: CodeDefinition

    def form(self, renamed: Mapping[str, str]) -> tuple[str, Form] | None:
        """The form, and what kind of definition it is of: a method is a function in another place.

        None where the code is nested too deeply.
        """
        kind = self.definition.kind
        try:
            form = self.file.form(self.definition, renamed)
        except Unreadable:
            return None
        return "function" if kind == "method" else kind, form


def matched(
    removed: Sequence[DefinitionPlace], added: Sequence[DefinitionPlace], renamed: Mapping[str, str]
) -> list[tuple[DefinitionPlace, DefinitionPlace]]:
    """Pairs of equal forms: those of one name first, then those whose form occurs once on each side."""
    if not removed or not added:
        return []
    old = [(place, place.form({})) for place in removed]
    new = [(place, place.form(renamed)) for place in added]
    pairs: list[tuple[DefinitionPlace, DefinitionPlace]] = []
    for key in (_name_and_form, _form):
        first, second = Counter(map(key, old)), Counter(map(key, new))
        places = {key(row): row for row in old}
        for row in list(new):
            name = key(row)
            if first[name] == second[name] == 1 and row[1] is not None:
                pairs.append((places[name][0], row[0]))
                old.remove(places[name])
                new.remove(row)
    return pairs


_Row = tuple[DefinitionPlace, tuple[str, Form] | None]


def _name_and_form(row: _Row) -> object:
    return row[0].definition.last_name, row[1]


def _form(row: _Row) -> object:
    return row[1]
