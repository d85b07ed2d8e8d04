"""The changes of `gitprov install` besides hook files, recorded for uninstalling to undo them exactly."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any, NamedTuple

from gitprov.store import files


class ConfigChange(NamedTuple):
    """One `core.hooksPath` that gitprov set. `scope` is `local` or `worktree`, `old` its earlier value there;
    `before` the file's earlier bytes (None where there was no file), `after` the sha256 of the changed file.
    """

    file: str
    scope: str
    old: str | None
    before: bytes | None
    after: str


class Subscription(NamedTuple):
    """Refspecs added to `remote.<remote>.fetch`; `change` as for `core.hooksPath`, with `old` None."""

    remote: str
    refspecs: tuple[str, ...]
    change: ConfigChange


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
    row: dict[str, Any] = {"v": 1, "made": list(record.made), "config": None, "fetches": []}
    if record.config is not None:
        row["config"] = _row(record.config)
    for subscription in record.fetches:
        row["fetches"].append(
            {
                "remote": subscription.remote,
                "refspecs": subscription.refspecs,
                "change": _row(subscription.change),
            }
        )
    files.make_dir(home)
    files.replace(home, _path(home), json.dumps(row, sort_keys=True).encode("ascii"))


def drop(home: str) -> None:
    """Remove the record."""
    files.remove(_path(home))


def digest(path: str) -> str:
    """The sha256 of a file's bytes; of no bytes where there is no file."""
    return hashlib.sha256(files.read(path) or b"").hexdigest()


def restore(change: ConfigChange) -> bool:
    """Restore a configuration file's bytes under git's lock; False where it was changed or is locked."""
    if digest(change.file) != change.after:
        return False
    try:
        lock = os.open(change.file + ".lock", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(lock, "wb") as file:
        os.fchmod(lock, os.stat(change.file).st_mode & 0o7777)
        file.write(change.before or b"")
    if change.before is None:
        os.unlink(change.file)
        os.unlink(change.file + ".lock")
    else:
        os.replace(change.file + ".lock", change.file)
    return True


def _row(change: ConfigChange) -> dict[str, Any]:
    before = None if change.before is None else base64.b64encode(change.before).decode("ascii")
    return {**change._asdict(), "before": before}


def _record(row: dict[str, Any]) -> InstallRecord:
    change = row.get("config")
    fetches = [
        Subscription(entry["remote"], tuple(entry["refspecs"]), _change(entry["change"]))
        for entry in row.get("fetches", ())
    ]
    return InstallRecord(tuple(row["made"]), None if change is None else _change(change), tuple(fetches))


def _change(row: dict[str, Any]) -> ConfigChange:
    before = None if row["before"] is None else base64.b64decode(row["before"])
    return ConfigChange(**{**row, "before": before})


def _path(home: str) -> str:
    return os.path.join(home, "install.json")
