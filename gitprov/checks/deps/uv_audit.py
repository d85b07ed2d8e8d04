"""Project files by which `uv audit` looks up chosen versions, and its JSON report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gitprov.checks.deps.advisories import Advisory, Pin, united
from gitprov.checks.deps.dependency import PYPI

if TYPE_CHECKING:
    from packaging.version import Version

#: The project that depends on every version.
_PROJECT = "gitprov-audited-versions"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_SOURCE = 'source = { registry = "." }'
_PYPROJECT = f'[project]\nname = "{_PROJECT}"\nversion = "0"\nrequires-python = ">=3"\n'
_Key = tuple[str, "Version"]


def askable(pins: Iterable[Pin]) -> dict[_Key, list[Pin]]:
    """(name, version) → the pins of PyPI that mean it. Names and versions that no lock file can hold are
    left out.
    """
    from packaging.version import InvalidVersion, Version

    rows: dict[_Key, list[Pin]] = {}
    for pin in pins:
        if pin.ecosystem == PYPI and pin.name != _PROJECT and _NAME.fullmatch(pin.name):
            try:
                rows.setdefault((pin.name, Version(pin.version)), []).append(pin)
            except InvalidVersion:
                continue
    return rows


def project_files(keys: Iterable[_Key]) -> dict[str, str]:
    """File name → text of a locked project that depends on all of some versions; no index is named in it."""
    rows = [(name, str(version)) for name, version in keys]
    packages = [f'[[package]]\nname = "{name}"\nversion = "{version}"\n{_SOURCE}\n' for name, version in rows]
    entries = ", ".join(f'{{ name = "{name}", version = "{version}", {_SOURCE} }}' for name, version in rows)
    root = (
        f'[[package]]\nname = "{_PROJECT}"\nversion = "0"\nsource = {{ virtual = "." }}\n'
        f"dependencies = [{entries}]\n"
    )
    lock = "\n".join(['version = 1\nrequires-python = ">=3"\n', *packages, root])
    return {"pyproject.toml": _PYPROJECT, "uv.lock": lock}


def parse(data: bytes, versions: Mapping[_Key, Sequence[Pin]]) -> dict[Pin, list[Advisory]]:
    """The advisories of every pin, from the report on the project of these versions.

    ValueError with the reason for a report that cannot be read, or that does not cover all versions: a
    version that uv skipped would look like one without faults.
    """
    try:
        report = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"its report cannot be read: {str(error)[:120]}") from error
    summary = report.get("summary") if isinstance(report, dict) else None
    entries = report.get("vulnerabilities") if isinstance(report, dict) else None
    if not isinstance(summary, dict) or not isinstance(entries, list):
        raise ValueError("its report has no summary or no list of vulnerabilities")
    audited = summary.get("audited_packages")
    if audited != len(versions):
        raise ValueError(f"it audited {audited} of {len(versions)} versions")
    rows: dict[_Key, list[tuple[str, tuple[str, ...], list[str]]]] = {key: [] for key in versions}
    for entry in entries:
        key, row = _row(entry)
        if key not in rows:
            raise ValueError(f"its report names {key[0]} {key[1]}, which is none of its project")
        rows[key].append(row)
    return {pin: united(rows[key], pin.version) for key, pins in versions.items() for pin in pins}


def _row(entry: object) -> tuple[_Key, tuple[str, tuple[str, ...], list[str]]]:
    """The version that an entry is about, and the fault: id, other ids, versions with a fix."""
    from packaging.version import InvalidVersion, Version

    row: dict[str, Any] = entry if isinstance(entry, dict) else {}
    dependency = row.get("dependency")
    package: dict[str, Any] = dependency if isinstance(dependency, dict) else {}
    try:
        key = str(package.get("name")), Version(str(package.get("version")))
    except InvalidVersion as error:
        raise ValueError("its report has an entry without a version") from error
    ids = _texts([row.get("id")])
    if not ids:
        raise ValueError(f"its report has an entry on {key[0]} without an id")
    return key, (ids[0], tuple(_texts(row.get("aliases"))), _texts(row.get("fix_versions")))


def _texts(value: object) -> list[str]:
    """The printable texts of plausible length in a list."""
    entries = value if isinstance(value, list) else []
    return [text for text in entries if isinstance(text, str) and 0 < len(text) <= 100 and text.isprintable()]
