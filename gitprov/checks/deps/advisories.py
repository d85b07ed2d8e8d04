"""Known vulnerabilities of PyPI packages from a dated list, matched by version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from packaging.version import Version


class Advisory(NamedTuple):
    """One advisory: its id, other names of it, and the first version without the fault, if one is named."""

    id: str
    aliases: tuple[str, ...]
    fixed: str | None


class Advisories(NamedTuple):
    """A list of advisories: normalised name → entries, with source and date (`YYYY-MM-DD`) of the list."""

    entries: Mapping[str, Sequence[Mapping[str, Any]]]
    source: str
    date: str

    def of(self, name: str, version: str) -> list[Advisory]:
        """The advisories that concern a version of a package (normalised name)."""
        number = _version(version)
        if number is None:
            return []
        return list(_matching(self.entries.get(name, ()), number))


def exact_version(spec: str) -> str | None:
    """The one version that a specifier allows (`==1.2`, `===1.2`); None for any other."""
    if not spec:
        return None
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        clauses = list(SpecifierSet(spec))
    except InvalidSpecifier:
        return None
    pins = [
        clause.version for clause in clauses if clause.operator in ("==", "===") and "*" not in clause.version
    ]
    return pins[0] if len(pins) == 1 else None


def _version(text: str) -> Version | None:
    """A version of PEP 440; None for a text that is none. Imported late: agents' commands wait for this."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None


def _matching(entries: Sequence[Mapping[str, Any]], number: Version) -> Iterator[Advisory]:
    for entry in entries:
        for events in entry.get("ranges", ()):
            affected, fixed = _affected(events, number)
            if affected:
                yield Advisory(str(entry["id"]), tuple(map(str, entry.get("aliases", ()))), fixed)
                break


def _affected(events: Sequence[Sequence[str]], number: Version) -> tuple[bool, str | None]:
    """Whether a version lies in a range of OSV events, and the version that ends it."""
    inside = False
    for kind, text in events:
        bound = _version(text)
        if bound is None:
            continue
        if kind == "introduced" and number >= bound:
            inside = True
        elif inside and kind == "fixed":
            if number < bound:
                return True, text
            inside = False
        elif inside and kind == "last_affected" and number > bound:
            inside = False
    return inside, None
