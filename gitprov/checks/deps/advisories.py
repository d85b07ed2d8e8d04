"""Known vulnerabilities of PyPI packages from a dated list, matched by version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gitprov.checks.deps.dependency import CRATES, PYPI, Dependency

if TYPE_CHECKING:
    from packaging.version import Version

_NPM_EXACT = re.compile(r"[v=]*(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)", re.ASCII)
_CARGO_EXACT = re.compile(r"=\s*(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)", re.ASCII)


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


class Pin(NamedTuple):
    """One version of a package: `pypi`, `npm` or `crates`, normalised name, version."""

    ecosystem: str
    name: str
    version: str


class Reported(NamedTuple):
    """What a service reported: the advisories of each version that it answered for; its host, and the day of
    its oldest answer (`YYYY-MM-DD`).
    """

    entries: Mapping[Pin, Sequence[Advisory]]
    source: str
    date: str

    def of(self, pin: Pin) -> Sequence[Advisory] | None:
        """The advisories of a version; None where the service did not answer for it."""
        return self.entries.get(pin)


def pin_of(item: Dependency) -> Pin | None:
    """The version that a dependency allows alone; None where it allows several."""
    if item.ecosystem == PYPI:
        version = exact_version(item.spec)
    else:  # cargo reads a plain number as the least version
        exact = (_CARGO_EXACT if item.ecosystem == CRATES else _NPM_EXACT).fullmatch(item.spec.strip())
        version = exact[1] if exact else None
    return Pin(item.ecosystem, item.key, version) if version else None


def united(rows: Sequence[tuple[str, tuple[str, ...], list[str]]], version: str) -> list[Advisory]:
    """One advisory for all entries of the same fault. `rows`: id, other ids, versions with a fix; of the
    latter the least above `version` is taken.
    """
    groups: list[tuple[dict[str, None], list[str]]] = []
    for name, aliases, fixes in rows:
        ids, versions = dict.fromkeys((name, *aliases)), list(fixes)
        for group in [group for group in groups if group[0].keys() & ids.keys()]:
            groups.remove(group)
            ids, versions = {**group[0], **ids}, [*group[1], *versions]
        groups.append((ids, versions))
    return [
        Advisory(next(iter(ids)), tuple(ids)[1:], _least_above(version, versions)) for ids, versions in groups
    ]


def _least_above(version: str, texts: Sequence[str]) -> str | None:
    number = _version(version)
    numbers = [(parsed, text) for text in texts if (parsed := _version(text)) is not None]
    above = [row for row in numbers if number is None or row[0] > number]
    return min(above)[1] if above else None


def exact_version(spec: str) -> str | None:
    """The one version that a specifier allows (`==1.2`, `===1.2`); None for any other."""
    if "==" not in spec:
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
