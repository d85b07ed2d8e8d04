"""package.json and the lock files of npm, yarn and pnpm."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitprov.checks.deps.dependency import DECLARED, LOCKED, NPM, Dependency, Reading, unreadable
from gitprov.checks.deps.manifests.positions import json_entries

_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_ALIAS = re.compile(r"npm:(@?[^@]+)(?:@(.*))?$")
_REGISTRY_SPEC = re.compile(r"^(?:[~^<>=v*\d|]|latest$|next$|[a-z][a-z-]*$|$)")
_FOREIGN = re.compile(
    r"(?:file|link|portal|workspace|patch|git|https?|github|gitlab|bitbucket):|git[+@]|\.{0,2}/|[\w.-]+/[\w.-]+"
)
_YARN_ENTRY = re.compile(r'^"?(@?[^@"\s,]+)@')
_PNPM_ENTRY = re.compile(r"^  '?/?(@?[^@'\s(]+)[@/](\d[^:'(]*)")


def read_package_json(text: str) -> Reading:
    """What a package.json names. `skipped`: the package's own name."""
    dependencies: list[Dependency] = []
    own_names: set[str] = set()
    try:
        for path, value, line in json_entries(text):
            if len(path) == 2 and path[0] in _SECTIONS and isinstance(value, str):
                dependencies.append(_declared(path[1], value, line))
            elif path == ("name",) and isinstance(value, str):
                own_names.add(value)
    except (ValueError, RecursionError) as error:
        return unreadable(str(error))
    return Reading(tuple(dependencies), skipped=frozenset(own_names))


def _declared(name: str, spec: str, line: int) -> Dependency:
    alias = _ALIAS.match(spec)
    if alias:
        return Dependency(NPM, alias[1], line, line, alias[2] or "", DECLARED)
    origin = spec if _FOREIGN.match(spec) and not _REGISTRY_SPEC.match(spec) else None
    return Dependency(NPM, name, line, line, spec, DECLARED, origin)


def read_package_lock(text: str) -> Reading:
    """The packages of a package-lock.json or npm-shrinkwrap.json, versions 1 to 3."""
    dependencies: list[Dependency] = []
    try:
        for path, value, line in json_entries(text):
            if path[-1] != "version" or not isinstance(value, str):
                continue
            if path[0] == "packages" and len(path) == 3 and "node_modules/" in path[1]:
                name = path[1].rpartition("node_modules/")[2]
            elif path[0] == "dependencies" and len(path) >= 3:
                name = path[-2]
            else:
                continue
            dependencies.append(Dependency(NPM, name, line, line, value, LOCKED))
    except (ValueError, RecursionError) as error:
        return unreadable(str(error))
    return Reading(tuple(dependencies))


def read_yarn_lock(text: str) -> Reading:
    """The packages of a yarn.lock, version 1 or later ones."""
    return Reading(tuple(_yarn_entries(text)))


def _yarn_entries(text: str) -> Iterator[Dependency]:
    for number, row in enumerate(text.splitlines(), 1):
        match = _YARN_ENTRY.match(row) if row[:1] not in (" ", "#", "_") else None
        if match and not re.search(r"@(?:workspace|link|portal|file):", row):
            yield Dependency(NPM, match[1], number, number, "", LOCKED)


def read_pnpm_lock(text: str) -> Reading:
    """The packages of a pnpm-lock.yaml."""
    rows = enumerate(text.splitlines(), 1)
    matches = ((number, _PNPM_ENTRY.match(row)) for number, row in rows)
    return Reading(tuple(Dependency(NPM, match[1], n, n, match[2], LOCKED) for n, match in matches if match))
