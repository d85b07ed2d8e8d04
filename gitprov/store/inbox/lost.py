"""Reports of agents that could not be kept in any inbox, remembered beside a person's other state for `gitprov doctor`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitprov.store import files

LIMIT = 1 << 16
"""Bytes at which the log starts anew, the earlier one kept as `lost.1`."""


def path(env: Mapping[str, str]) -> str | None:
    """The log's place: `$XDG_STATE_HOME/gitprov/lost`, else below `~/.local/state`; None without a home directory."""
    state = env.get("XDG_STATE_HOME") or os.path.join(env.get("HOME", ""), ".local", "state")
    return os.path.join(state, "gitprov", "lost") if os.path.isabs(state) else None


def remember(text: str, directory: str, at: str, env: Mapping[str, str]) -> None:
    """Add a line: when, in which directory, what went wrong. Silent where that is not possible either."""
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
    """(moment, text) of each report that was lost in a work tree, oldest first."""
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
