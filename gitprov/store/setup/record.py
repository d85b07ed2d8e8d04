"""The changes of `gitprov install` besides hook files, recorded for uninstalling to undo them."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from gitprov.store import files


class ConfigChange(NamedTuple):
    """One `core.hooksPath` that gitprov set. `scope` is `local` or `worktree`, `old` its earlier value as it
    was written there, None where there was none.
    """

    scope: str
    old: str | None


class Subscription(NamedTuple):
    """Refspecs added to `remote.<remote>.fetch`."""

    remote: str
    refspecs: tuple[str, ...]


class InstallRecord(NamedTuple):
    """`made`: directories that gitprov created, outermost first. `fetches`: subscriptions, earliest first."""

    made: tuple[str, ...] = ()
    config: ConfigChange | None = None
    fetches: tuple[Subscription, ...] = ()


def load(home: str) -> InstallRecord:
    """The record of a clone (`home` is its private directory); empty where there is none or it is damaged."""
    try:
        row = files.read_object(_path(home))
        return InstallRecord() if row is None else _record(row)
    except (ValueError, TypeError, KeyError):
        return InstallRecord()


def save(home: str, record: InstallRecord) -> None:
    """Write the record. OSError where it cannot be written."""
    row = {
        "v": 1,
        "made": record.made,
        "config": record.config and record.config._asdict(),
        "fetches": [subscription._asdict() for subscription in record.fetches],
    }
    files.make_dir(home)
    files.replace(home, _path(home), json.dumps(row, sort_keys=True).encode("ascii"))


def drop(home: str) -> None:
    """Remove the record."""
    files.remove(_path(home))


def _record(row: dict[str, Any]) -> InstallRecord:
    change = row.get("config")
    fetches = [Subscription(entry["remote"], tuple(entry["refspecs"])) for entry in row.get("fetches", ())]
    config = None if change is None else ConfigChange(change["scope"], change["old"])
    return InstallRecord(tuple(row["made"]), config, tuple(fetches))


def _path(home: str) -> str:
    return os.path.join(home, "install.json")
