"""Opens the index: an SQLite file in the git directory, or a PostgreSQL database that a team shares.

Everything in it is derived from notes, records and history, and may be deleted at any time. One writer works
at a time and in one transaction; a reader sees the state before or after it.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from gitprov.errors import GitprovError, UsageError
from gitprov.store.index import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection as Connection  # noqa: PLC0414 - other rooms name the type
    from sqlalchemy.engine import Engine

FILE = "index.sqlite"
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")
#: Seconds that a writer waits for another one.
_WAIT = 600
#: The lock of writers in PostgreSQL: any number that other programs do not use.
_LOCK = 0x67697470
_MEMORY = "sqlite://"
#: What `--sql` may do in SQLite; SQLITE_RECURSIVE has no name in the module.
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, 33}
_QUESTION = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|with|values|explain)\b", re.IGNORECASE)


class Answered(NamedTuple):
    """The columns and rows of a query."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


class _Cursor(Protocol):
    """A cursor of either driver."""

    @property
    def description(self) -> Sequence[Sequence[object]] | None: ...
    def fetchall(self) -> Sequence[Sequence[object]]: ...
    def fetchmany(self, size: int, /) -> Sequence[Sequence[object]]: ...


class Database:
    """An index in a database. `shared`: other people may read it, and other repositories be in it."""

    def __init__(self, engine: Engine, *, shared: bool) -> None:
        self.shared = shared
        self.engine = engine
        self.kind: str = engine.dialect.name
        self._postgres = self.kind == "postgresql"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of the only writer; it waits for another one. The schema exists in it."""
        with _explained(self.engine), self.engine.connect() as connection, connection.begin():
            if self._postgres:
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            self._ready(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries. GitprovError where there is no index of this version."""
        with _explained(self.engine), self.engine.connect() as plain:
            connection = plain.execution_options(reads=True)
            version = _version(connection)
            if version != schema.VERSION:
                raise GitprovError("there is no index of this version yet", "gitprov index")
            yield connection

    def rebuild(self) -> None:
        """Remove all tables, whatever their version; they are made anew with the next `writing`."""
        with _explained(self.engine), self.engine.connect() as connection, connection.begin():
            if self._postgres:
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            _drop(connection)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def ask(self, query: str, most: int | None = None) -> Answered:
        """The answer to one SQL query, which can change nothing. UsageError where it is none, or is wrong.

        `most`: the largest number of rows.
        """
        if not _QUESTION.match(query):
            raise UsageError("only queries are answered: SELECT, WITH, VALUES, EXPLAIN", "gitprov index -h")
        with self.reading() as connection:
            try:
                return self._ask(connection, query, most)
            except self.engine.dialect.loaded_dbapi.Error as error:
                reason = " ".join(str(error).split())
                raise UsageError(f"the query fails: {reason}", "gitprov index -h has its tables") from error

    def _ask(self, connection: Connection, query: str, most: int | None) -> Answered:
        raw = connection.connection.driver_connection
        if raw is None:
            raise ValueError("the connection is closed")
        raw.rollback()
        if self._postgres:
            raw.read_only = True
            # A prepared statement is a single statement, so none can end the transaction that only reads.
            return _answered(raw.execute(query, prepare=True), most)
        raw.set_authorizer(_authorized)
        try:
            return _answered(raw.execute(query), most)
        finally:
            raw.set_authorizer(lambda *_: sqlite3.SQLITE_OK)

    def _ready(self, connection: Connection) -> None:
        """Make the schema where there is none, or one of an older version."""
        version = _version(connection)
        if version is not None and version > schema.VERSION:
            raise GitprovError(
                f"the index is of version {version}, of a newer gitprov; this one reads {schema.VERSION}",
                "install that gitprov, or gitprov index --rebuild",
            )
        if version == schema.VERSION:
            return
        _drop(connection)
        schema.METADATA.create_all(connection)
        for statement in schema.WORDS[self.kind]:
            connection.exec_driver_sql(statement)
        connection.execute(schema.META.insert(), {"version": schema.VERSION})


def open_file(home: str) -> Database:
    """The index of a clone, in its private directory `home`."""
    from gitprov.store.files import PRIVATE_FILE, make_dir

    make_dir(home)
    # It has prompts, so only this user may read it.
    os.close(os.open(os.path.join(home, FILE), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
    return _database(f"sqlite:///{os.path.join(home, FILE)}", shared=False)


def open_url(url: str) -> Database:
    """The index at an address: `postgresql://…`, `sqlite:///path`. UsageError for others."""
    if _POSTGRES.match(url):
        return _database(_POSTGRES.sub("postgresql+psycopg://", url, count=1), shared=True)
    if url == _MEMORY or url.startswith("sqlite:///"):
        return _database(url, shared=url != _MEMORY)
    raise _no_address(url)


def _no_address(url: str) -> UsageError:
    shown = re.sub(r"://[^@]*@", "://***@", url).partition("?")[0]
    return UsageError(f"{shown!r} is no address of an index", "postgresql://host/name, or sqlite:///file")


def _database(url: str, *, shared: bool) -> Database:
    try:
        if url == _MEMORY:
            engine = create_engine(url)
        else:
            engine = create_engine(url, poolclass=NullPool)
    except (ArgumentError, ValueError) as error:
        raise _no_address(url) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, shared=shared)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Let gitprov begin transactions itself, and overwrite what is deleted: it may be an erased prompt."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_WAIT * 1000}")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -65536")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table("meta"):
        return None
    row = connection.execute(schema.META.select()).first()
    return None if row is None else int(row[0])


def _drop(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE IF EXISTS words")
    schema.METADATA.drop_all(connection)


def _answered(cursor: _Cursor, most: int | None) -> Answered:
    names = tuple(str(column[0]) for column in cursor.description or ())
    rows = cursor.fetchall() if most is None else cursor.fetchmany(most)
    return Answered(names, [tuple(map(_plain, row)) for row in rows])


def _plain(value: object) -> object:
    """A value as both databases have it: PostgreSQL adds whole numbers up to a decimal number."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _authorized(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turn what the database refuses into an error with its reason."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = _reason(error)
        query = {name: value for name, value in engine.url.query.items() if "pass" not in name}
        place = engine.url.set(query=query).render_as_string(hide_password=True)
        raise GitprovError(f"the index cannot be used: {reason} ({place})", _mend(engine, reason)) from error


def _reason(error: Exception) -> str:
    rows: Sequence[str] = str(getattr(error, "orig", None) or error).strip().splitlines()
    return rows[0] if rows else type(error).__name__


def _mend(engine: Engine, reason: str) -> str:
    if engine.dialect.name != "sqlite":
        return "see that the server is reachable"
    return "make room on the disk" if "full" in reason else "gitprov index --rebuild"
