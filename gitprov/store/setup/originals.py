"""The bytes of agents' files before gitprov changed them, so that uninstalling restores them exactly."""

from __future__ import annotations

import base64
import binascii
import json
import os
from typing import NamedTuple

from gitprov.model.canonical import sha256_hex
from gitprov.store import files

_NAME = "agent-files.json"


class Original(NamedTuple):
    """A file before gitprov changed it, None where there was none, and the digest of what gitprov wrote."""

    before: bytes | None
    after: str


def load(home: str) -> dict[str, Original]:
    """Path → original, from the directory `home`; without entries that are damaged."""
    originals = {}
    for path, row in (files.read_object(os.path.join(home, _NAME)) or {}).items():
        try:
            before = None if row["before"] is None else base64.b64decode(row["before"])
            originals[path] = Original(before, str(row["after"]))
        except (TypeError, KeyError, ValueError, binascii.Error):
            continue
    return originals


def keep(home: str, path: str, before: bytes | None, after: bytes) -> None:
    """Record a change of gitprov's. A second change of the same file keeps the first original."""
    originals = load(home)
    old = originals.get(path)
    if old is not None and before is not None and old.after == sha256_hex(before):
        before = old.before
    originals[path] = Original(before, sha256_hex(after))
    _save(home, originals)


def drop(home: str, path: str) -> None:
    """Remove one record."""
    originals = load(home)
    if originals.pop(path, None) is not None:
        _save(home, originals)


def restorable(home: str, path: str, now: bytes) -> Original | None:
    """The original of a file that nobody changed since gitprov did; None for others."""
    original = load(home).get(path)
    return original if original is not None and original.after == sha256_hex(now) else None


def _save(home: str, originals: dict[str, Original]) -> None:
    path = os.path.join(home, _NAME)
    if not originals:
        files.remove(path)
        return
    rows = {
        name: {
            "before": None if entry.before is None else base64.b64encode(entry.before).decode("ascii"),
            "after": entry.after,
        }
        for name, entry in originals.items()
    }
    files.make_dir(home)
    files.replace(home, path, json.dumps(rows, sort_keys=True).encode("ascii"))
