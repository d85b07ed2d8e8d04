"""Agents' reports that could not be stored in any inbox: a log in the user's state directory for `doctor`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitprov.store import files

LIMIT = 1 << 16
"""Size in bytes from which the log is renamed to `lost.1` and a new one started."""


def path(env: Mapping[str, str]) -> str | None:
    """The log's path: `$XDG_STATE_HOME/gitprov/lost`, else below `~/.local/state`; None without a home."""
    state = env.get("XDG_STATE_HOME") or os.path.join(env.get("HOME", ""), ".local", "state")
    return os.path.join(state, "gitprov", "lost") if os.path.isabs(state) else None


def remember(text: str, directory: str, at: str, env: Mapping[str, str]) -> None:
    """Append a line with the moment `at`, the directory and the error. A failure to write is ignored."""
    place = path(env)
    if place is None:
        return
    fields = (at, directory, text[:500])
    row = "\t".join("".join(c if c.isprintable() else " " for c in field) for field in fields)
    try:
        files.make_dir(os.path.dirname(place))
        if (files.size(place) or 0) > LIMIT:
            os.replace(place, place + ".1")
        files.append(place, row.encode("utf-8", "backslashreplace") + b"\n")
    except OSError:
        return


def reports(worktree: str, env: Mapping[str, str]) -> list[tuple[str, str]]:
    """(moment, text) of each report that was lost inside a work tree, oldest first."""
    place = path(env)
    if place is None:
        return []
    rows = []
    for name in (place + ".1", place):
        try:
            data = files.read(name, LIMIT << 1) or b""
        except OSError:
            continue
        rows += [line.split("\t", 2) for line in data.decode("utf-8", "replace").splitlines()]
    inside = (worktree, worktree.rstrip("/") + "/")
    return [
        (row[0], row[2])
        for row in rows
        if len(row) == 3 and (row[1] == inside[0] or row[1].startswith(inside[1]))
    ]
