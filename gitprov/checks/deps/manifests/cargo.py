"""Cargo.toml and Cargo.lock."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from gitprov.checks.deps.dependency import CRATES, DECLARED, LOCKED, Dependency, Reading, unreadable
from gitprov.checks.deps.manifests.positions import TomlLines

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SECTIONS = ("dependencies", "dev-dependencies", "build-dependencies")
_LOCK_ROW = re.compile(r'(name|version|source) = "([^"]*)"')
_FOREIGN = ("path", "git", "workspace", "registry", "registry-index")


def read_cargo_toml(text: str) -> Reading:
    """What a Cargo.toml names, of all sections and targets; a renamed package by its real name."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        return unreadable(f"not TOML: {error}")
    lines = TomlLines(text)
    rows = [row for table, section in _tables(data) for row in _declared(section, table, lines)]
    name = data.get("package", {}).get("name") if isinstance(data.get("package"), dict) else None
    return Reading(tuple(rows), skipped=frozenset([name] if isinstance(name, str) else []))


def _tables(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(dotted name, table) of every table of dependencies."""
    workspace = data.get("workspace")
    places: list[tuple[str, object]] = [("", data), ("workspace.", workspace)]
    targets = data.get("target")
    if isinstance(targets, dict):
        places += [(f"target.{name}.", target) for name, target in targets.items()]
    for prefix, place in places:
        for name in _SECTIONS if isinstance(place, dict) else ():
            if isinstance(place, dict) and isinstance(place.get(name), dict):
                yield prefix + name, place[name]


def _declared(table: Mapping[str, Any], name: str, lines: TomlLines) -> Iterator[Dependency]:
    for key, value in table.items():
        line = lines.key(key, name)
        facts = value if isinstance(value, dict) else {"version": value}
        origin = next((f"{word} {facts[word]}" for word in _FOREIGN if facts.get(word)), None)
        package, spec = facts.get("package"), facts.get("version")
        yield Dependency(
            CRATES,
            package if isinstance(package, str) else key,
            line,
            line,
            spec if isinstance(spec, str) else "",
            DECLARED,
            origin,
        )


def read_cargo_lock(text: str) -> Reading:
    """The packages of a Cargo.lock that come from a registry."""
    return Reading(tuple(_locked(text)))


def _locked(text: str) -> Iterator[Dependency]:
    """Cargo writes one key a line, `source` after `name` and `version`."""
    line, fields = 0, dict[str, str]()
    for number, row in enumerate(text.splitlines(), 1):
        match = _LOCK_ROW.match(row)
        if row.startswith("[["):
            line, fields = 0, {}
        elif match:
            fields[match[1]] = match[2]
            line = number if match[1] == "name" else line
            if match[1] == "source" and line and match[2].startswith(("registry", "sparse")):
                yield Dependency(CRATES, fields["name"], line, line, fields.get("version", ""), LOCKED)
