"""Reads sessions from OpenCode's database. It is never written to; its WAL is read too."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.store import files

_LONGEST = 64 << 20
"""Bytes of the largest session that is read."""


class StoredSession(NamedTuple):
    """One session: `rows` are lines of JSON, in the order of their time; `updated` is in milliseconds."""

    id: str
    rows: bytes
    updated: int


def state(path: str) -> int:
    """A number that differs once the database or its WAL was written."""
    moments = []
    for name in (path, path + "-wal"):
        try:
            status = os.stat(name)
            moments.append(status.st_mtime_ns + status.st_size)
        except OSError:
            moments.append(0)
    return sum(moments)


def sessions(path: str, since: int, is_here: Callable[[str], bool]) -> Iterator[StoredSession]:
    """Sessions that changed after `since` and whose directory `is_here` accepts, the oldest change first.

    OSError where the database cannot be read, or has other tables.
    """
    if files.size(path) is None:
        return
    try:
        # Read-only, but not immutable: sqlite then takes what is in the WAL.
        database = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=1.0)
        try:
            yield from _sessions(database, since, is_here)
        finally:
            database.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise OSError(f"{path} cannot be read: {error}") from error


def _sessions(
    database: sqlite3.Connection, since: int, is_here: Callable[[str], bool]
) -> Iterator[StoredSession]:
    columns = {row[1] for row in database.execute("pragma table_info(session)")}
    revert = "revert" if "revert" in columns else "null"
    query = (
        f"select id, parent_id, directory, version, {revert}, time_updated from session"  # noqa: S608 - own names
        " where time_updated > ? order by time_updated, id"
    )
    for name, parent, directory, version, undone, updated in [*database.execute(query, (since,))]:
        if isinstance(directory, str) and is_here(directory):
            head = {"table": "session", "id": name, "parent_id": parent, "directory": directory}
            rows = [json.dumps({**head, "version": version, "revert": loads_object(undone)})]
            for table in ("message", "part"):
                rows += _rows(database, table, name)
            yield StoredSession(name, ("\n".join(rows) + "\n").encode(), updated)


def _rows(database: sqlite3.Connection, table: str, session: str) -> Iterator[str]:
    """The rows of a session in one table, as JSON. Their column `data` is JSON already."""
    message = "message_id" if table == "part" else "id"
    query = (
        f"select id, {message}, time_created, data from {table} where session_id = ?"  # noqa: S608 - own names
        " order by time_created, id"
    )
    total = 0
    for name, of, created, data in database.execute(query, (session,)):
        total += len(data) if isinstance(data, str) else 0
        if total > _LONGEST:
            return
        try:
            facts = json.loads(data)
        except (ValueError, TypeError, RecursionError):
            continue
        row = {"table": table, "id": name, "message_id": of, "session_id": session}
        yield json.dumps({**row, "time_created": created, "data": facts})
