"""OpenCode's database of sessions, made of rows of a recording or of a story."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

OPEN: list[sqlite3.Connection] = []
"""Databases that are open: closing the last connection would empty the WAL."""


def fill(file: Path, text: str) -> None:
    """Make OpenCode's database. The rows stay in its WAL, as while OpenCode runs."""
    database = sqlite3.connect(file)
    database.execute("pragma journal_mode = wal")
    database.execute("pragma wal_autocheckpoint = 0")
    database.execute(
        "create table session"
        " (id, parent_id, directory, version, revert, time_created integer, time_updated integer)"
    )
    for table, columns in (("message", "id, session_id"), ("part", "id, message_id, session_id")):
        database.execute(
            f"create table {table} ({columns}, time_created integer, time_updated integer, data)"
        )
    for row in map(json.loads, text.splitlines()):
        table = row.pop("table")
        if "data" in row:
            row["data"] = json.dumps(row["data"])
        places = ", ".join(f":{name}" for name in row)
        database.execute(f"insert into {table} ({', '.join(row)}) values ({places})", row)  # noqa: S608 - names of a recording
    database.commit()
    OPEN.append(database)
