"""Lists that the checks compare with: popular names, modules, advisories; a refreshed copy comes first."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from typing import Any, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYPI_POPULAR, NPM_POPULAR = "pypi-popular", "npm-popular"
IMPORT_MAP, PYPI_ADVISORIES = "import-map", "pypi-advisories"


class ListFacts(NamedTuple):
    """A list: its name, what it has, its source, date (`YYYY-MM-DD`), licence and digest. `refreshed`:
    whether a newer copy than the packaged one is in use; its licence is unknown.
    """

    name: str
    what: str
    source: str
    date: str
    licence: str
    digest: str
    refreshed: bool


def names(name: str, folder: str | None = None) -> list[str]:
    """The lines of a list of names. `folder`: where refreshed copies are kept; a damaged one is not used."""
    try:
        return _data(name, folder).decode("utf-8").split()
    except (ValueError, OSError):
        return _data(name, None).decode("utf-8").split()


def table(name: str, folder: str | None = None) -> dict[str, Any]:
    """The object of a JSON list. `folder`: where refreshed copies are kept; a damaged one is not used."""
    try:
        value = json.loads(_data(name, folder))
    except (ValueError, OSError, RecursionError):
        value = json.loads(_data(name, None))
    return value if isinstance(value, dict) else {}


def file_of(name: str) -> str:
    """The file name of a list."""
    return _sources()[name]["file"]


def facts(folder: str | None = None) -> list[ListFacts]:
    """What every list is."""
    import hashlib

    rows = []
    for name, row in _sources().items():
        refreshed = _copy(name, folder) is not None
        source, date = dated(name, folder)
        licence = "unknown" if refreshed else row["licence"]
        digest = hashlib.sha256(_data(name, folder)).hexdigest()
        rows.append(ListFacts(name, row["what"], source, date, licence, f"sha256:{digest}", refreshed))
    return rows


def dated(name: str, folder: str | None = None) -> tuple[str, str]:
    """Source and date of a list, without reading it."""
    row, path = _sources()[name], _copy(name, folder)
    if path is None:
        return row["source"], row["date"]
    with open(path + ".date", encoding="utf-8", errors="replace") as file:
        date, _, source = file.read().partition("\n")
    return source.strip() or "unknown", date[:10]


@cache
def _sources() -> dict[str, dict[str, str]]:
    return tomllib.loads(_packaged("sources.toml").decode("utf-8"))


def _packaged(file: str) -> bytes:
    # Beside this file: importlib.resources takes longer to load than a hook takes to read a list.
    with open(os.path.join(os.path.dirname(__file__), "data", file), "rb") as packaged:
        return packaged.read()


def _copy(name: str, folder: str | None) -> str | None:
    """The refreshed copy of a list, None where there is none with its date."""
    if folder is None:
        return None
    path = os.path.join(folder, _sources()[name]["file"])
    return path if os.path.isfile(path) and os.path.isfile(path + ".date") else None


def _data(name: str, folder: str | None) -> bytes:
    path = _copy(name, folder)
    if path is None:
        return _packaged(_sources()[name]["file"])
    with open(path, "rb") as file:
        return file.read()
