"""A cache of registries' answers, an SQLite database of this user. Losing it costs time and nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from types import TracebackType

from gitprov.model.package import PackageFacts

_VERSION = 1
#: Seconds for which an answer holds: names that exist change slowly, and absent ones may appear.
DAY = 86400.0
PRESENT_HOLDS, ABSENT_HOLDS = 7 * DAY, DAY
_BUSY = 5.0
_MOST_NAMES = 500
_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS answers
        (address TEXT, name TEXT, at REAL, facts TEXT, PRIMARY KEY (address, name))
    """,
    "CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, at REAL, value TEXT)",
)


class Answers:
    """The cache, used in a `with` statement. A database that cannot be used is replaced; if that fails too,
    nothing is cached.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._base: sqlite3.Connection | None = None

    def __enter__(self) -> Answers:  # noqa: PYI034 - Self needs Python 3.11
        """The cache itself, open."""
        try:
            self._base = self._opened()
        except sqlite3.DatabaseError:
            self._replace()
        except OSError:
            self._base = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._base is not None:
            self._base.close()

    def _opened(self) -> sqlite3.Connection:
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        base = sqlite3.connect(self._path, timeout=_BUSY, isolation_level=None)
        try:
            _prepare(base)
        except sqlite3.Error:
            base.close()
            raise
        return base

    def _replace(self) -> None:
        """Start anew in place of a damaged database or one of another version."""
        if self._base is not None:
            self._base.close()
        for ending in ("", "-wal", "-shm"):
            try:
                os.remove(self._path + ending)
            except OSError:
                continue
        try:
            self._base = self._opened()
        except (sqlite3.Error, OSError):
            self._base = None

    def get(
        self, address: str, names: Collection[str], now: float, *, stale: bool = False
    ) -> dict[str, PackageFacts]:
        """Name → facts that still hold, with `stale` however old they are; `at` has their moment."""
        rows: dict[str, PackageFacts] = {}
        ordered = sorted(names)
        for start in range(0, len(ordered), _MOST_NAMES):
            part = ordered[start : start + _MOST_NAMES]
            marks = ",".join("?" * len(part))
            query = f"SELECT name, at, facts FROM answers WHERE address = ? AND name IN ({marks})"  # noqa: S608 - only marks
            for name, at, text in self._rows(query, [address, *part]):
                facts = _facts(text, at)
                if facts is None:
                    continue
                holds = PRESENT_HOLDS if facts.exists else ABSENT_HOLDS
                if stale or abs(now - at) < holds:
                    rows[name] = facts
        return rows

    def put(self, address: str, facts: Iterable[tuple[str, PackageFacts]], now: float) -> None:
        """Keep answers. What could not be determined is not kept."""
        rows: list[tuple[object, ...]] = [
            (address, name, now, _dump(entry)) for name, entry in facts if entry.exists is not None
        ]
        self._write("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", rows)

    def texts(
        self, keys: Iterable[str], now: float, holds: float, *, stale: bool = False
    ) -> dict[str, tuple[str, float]]:
        """Key → another answer's text and its moment, of those that are younger than `holds` seconds; with
        `stale` however old they are.
        """
        rows: dict[str, tuple[str, float]] = {}
        for key in keys:
            for _, at, value in self._rows("SELECT key, at, value FROM texts WHERE key = ?", [key]):
                if stale or abs(now - at) < holds:
                    rows[key] = value, at
        return rows

    def put_texts(self, texts: Mapping[str, str], now: float) -> None:
        """Keep other answers' texts by key."""
        rows: list[tuple[object, ...]] = [(key, now, value) for key, value in texts.items()]
        self._write("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", rows)

    def _write(self, query: str, rows: list[tuple[object, ...]]) -> None:
        if self._base is None or not rows:
            return
        try:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany(query, rows)
            self._base.execute("COMMIT")
        except sqlite3.OperationalError:
            self._base.rollback()  # another process kept it locked
        except sqlite3.DatabaseError:
            self._replace()

    def _rows(self, query: str, values: list[str]) -> list[tuple[str, float, str]]:
        try:
            return [] if self._base is None else self._base.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            return []
        except sqlite3.DatabaseError:
            self._replace()
            return []


def _prepare(base: sqlite3.Connection) -> None:
    """Make the tables. DatabaseError for a database of another version, or one that is none."""
    version = base.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, _VERSION):
        raise sqlite3.DatabaseError(f"version {version}")
    base.execute("PRAGMA journal_mode=WAL")
    for table in _TABLES:
        base.execute(table)
    if not version:
        base.execute(f"PRAGMA user_version={_VERSION}")


def _dump(facts: PackageFacts) -> str:
    row = facts._asdict()
    for name in ("yanked", "maintainers"):
        row[name] = None if row[name] is None else sorted(row[name])
    return json.dumps(row, sort_keys=True)


def _facts(text: str, at: float) -> PackageFacts | None:
    try:
        row = json.loads(text)
        people = row["maintainers"]
        facts = PackageFacts(
            **{
                **row,
                "yanked": frozenset(row["yanked"]),
                "maintainers": None if people is None else frozenset(people),
            }
        )
    except (ValueError, TypeError, KeyError):
        return None
    return facts._replace(at=at)
