"""The remotes whose records a plain `git fetch` fetches, and the commit up to which each was merged."""

from __future__ import annotations

import os

from gitprov.store import files

KINDS = ("notes", "generations")

Taken = dict[str, dict[str, str]]


def load(home: str) -> Taken:
    """Remote → kind → the commit that was merged last; empty where no remote is subscribed."""
    data = files.read(_path(home)) or b""
    remotes: Taken = {}
    for row in data.decode("utf-8", "surrogateescape").splitlines():
        remote, *oids = row.split(" ")
        if remote and len(oids) == len(KINDS):
            remotes[remote] = {kind: oid for kind, oid in zip(KINDS, oids, strict=True) if oid != "-"}
    return remotes


def save(home: str, taken: Taken) -> None:
    """Write the merged commits; without remotes the file is removed. OSError where it cannot be written."""
    rows = [" ".join([remote, *(oids.get(kind, "-") for kind in KINDS)]) for remote, oids in taken.items()]
    if not rows:
        files.remove(_path(home))
        return
    data = "".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape")
    files.make_dir(home)
    files.replace(home, _path(home), data, durable=False)


def _path(home: str) -> str:
    return os.path.join(home, "remotes")
