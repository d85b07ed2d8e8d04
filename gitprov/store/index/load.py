"""Writes rows of the index in bulk, through the driver: `executemany` in SQLite, `COPY` in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text, update

from gitprov.model.exchange import index_rows
from gitprov.model.exchange.index_rows import Entry, RepositoryEntry, WordsEntry, new_repository
from gitprov.store.index.schema import TABLES
from gitprov.store.index.words import storable

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: Values of one condition; SQLite takes a few thousand.
_AT_ONCE = 500
#: Tables with rows of single commits.
_OF_COMMITS = (
    index_rows.CommitEntry,
    index_rows.ChangeEntry,
    index_rows.TraceEntry,
    index_rows.RangeEntry,
    index_rows.ReviewEntry,
    index_rows.DroppedEntry,
    index_rows.SumEntry,
)
_PLAIN = (int, float, type(None))


class Writer:
    """Changes the rows of one repository inside the transaction of `connection`."""

    def __init__(self, connection: Connection, key: str) -> None:
        self._connection = connection
        self._postgres = connection.dialect.name == "postgresql"
        self._words: list[WordsEntry] = []
        self.state = self._state(key)
        self.repo = self.state.repo

    def _state(self, key: str) -> RepositoryEntry:
        """Up to where the repository is indexed; a new row where it is not."""
        table = TABLES[RepositoryEntry]
        row = self._connection.execute(select(table).where(table.c.key == key)).first()
        if row is not None:
            return RepositoryEntry(*row)
        numbers = self._connection.execute(select(table.c.repo)).scalars().all()
        state = new_repository(max(numbers, default=0) + 1, key)
        self._connection.execute(table.insert(), state._asdict())
        return state

    def keep(self, state: RepositoryEntry) -> None:
        """Record up to where the repository is indexed."""
        table = TABLES[RepositoryEntry]
        self._connection.execute(table.update().where(table.c.repo == self.repo), state._asdict())

    def add(self, rows: Sequence[Entry]) -> None:
        """Add rows of one table; texts are made storable."""
        if not rows:
            return
        if isinstance(rows[0], WordsEntry):
            self._add_words([row for row in rows if isinstance(row, WordsEntry)])
            return
        table = TABLES[type(rows[0])]
        values = [_values(row) for row in rows]
        names = rows[0]._fields
        if self._postgres:
            columns = ", ".join(f'"{name}"' for name in names)
            self._copy(f"COPY {table.name} ({columns}) FROM STDIN", values)
            return
        marks = ", ".join("?" * len(names))
        self._connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", values)  # noqa: S608 - only marks

    def _copy(self, command: str, values: Iterable[tuple[object, ...]]) -> None:
        raw = self._connection.connection.driver_connection
        if raw is None:
            raise ValueError("the connection is closed")
        with raw.cursor() as cursor, cursor.copy(command) as copy:
            for row in values:
                copy.write_row(row)

    def _add_words(self, rows: Sequence[WordsEntry]) -> None:
        if self._postgres:
            statement = text(
                "INSERT INTO words VALUES (:repo, :kind, :ref, :at, array_to_tsvector(CAST(:body AS text[])))"
            )
            values = [
                {**row._asdict(), "ref": storable(row.ref), "body": row.body.split(" ")} for row in rows
            ]
            self._connection.execute(statement, values)
            return
        self._connection.exec_driver_sql(
            "INSERT INTO words (repo, kind, ref, at, body) VALUES (?, ?, ?, ?, ?)",
            [_values(row) for row in rows],
        )

    def remove_commits(self, oids: Collection[str]) -> None:
        """Remove all rows of commits."""
        for row in _OF_COMMITS:
            self._remove(row, "oid", oids)
        self._remove_words(("commit", "review"), oids)

    def remove_generations(self, traces: Collection[str]) -> None:
        """Remove all rows of generations."""
        self._remove(index_rows.GenerationEntry, "trace", traces)
        self._remove_words(("prompt",), traces)
        if traces and not self._postgres:
            # The words of deleted texts leave the file only when its segments are merged.
            self._connection.exec_driver_sql("INSERT INTO words (words) VALUES ('optimize')")

    def land(self, oids: Collection[str], landed: bool) -> None:
        """Record whether commits are on the default branch."""
        table = TABLES[index_rows.SumEntry]
        for part in _parts(list(oids)):
            condition = (table.c.repo == self.repo) & table.c.oid.in_(part)
            self._connection.execute(update(table).where(condition).values(landed=int(landed)))

    def remove_survivors(self, paths: Collection[str] | None = None) -> None:
        """Remove the living lines of some files; without `paths` those of all files, and the dead ones."""
        table = TABLES[index_rows.SurvivorEntry]
        if paths is None:
            self.clear(index_rows.SurvivorEntry)
            return
        for part in _parts([storable(path) for path in paths]):
            condition = (table.c.repo == self.repo) & table.c.path.in_(part) & (table.c.first > 0)
            self._connection.execute(delete(table).where(condition))

    def clear(self, *kinds: type[Entry]) -> None:
        """Remove all rows of some tables, of all tables if none is named; the repository's stays."""
        for row in kinds or [row for row in TABLES if row is not RepositoryEntry]:
            table = TABLES[row]
            self._connection.execute(delete(table).where(table.c.repo == self.repo))
        if not kinds:
            self._connection.execute(text("DELETE FROM words WHERE repo = :repo"), {"repo": self.repo})

    def orphans(self) -> None:
        """Remove the prompts that no generation has any more."""
        prompts, generations = TABLES[index_rows.PromptEntry], TABLES[index_rows.GenerationEntry]
        used = select(generations.c.prompt).where(
            (generations.c.repo == self.repo) & generations.c.prompt.is_not(None)
        )
        self._connection.execute(
            delete(prompts).where((prompts.c.repo == self.repo) & prompts.c.digest.not_in(used))
        )

    def digests(self) -> set[str]:
        """The digests of the prompts that are in the index."""
        table = TABLES[index_rows.PromptEntry]
        return set(
            self._connection.execute(select(table.c.digest).where(table.c.repo == self.repo)).scalars()
        )

    def _remove(self, row: type[Entry], field: str, values: Collection[str]) -> None:
        table = TABLES[row]
        for part in _parts(list(values)):
            condition = (table.c.repo == self.repo) & table.c[field].in_(part)
            self._connection.execute(delete(table).where(condition))

    def _remove_words(self, kinds: Sequence[str], refs: Collection[str]) -> None:
        for part in _parts(list(refs)):
            for kind in kinds:
                marks = {f"r{n}": ref for n, ref in enumerate(part)}
                names = ", ".join(f":{name}" for name in marks)
                self._connection.execute(
                    text(f"DELETE FROM words WHERE repo = :repo AND kind = :kind AND ref IN ({names})"),  # noqa: S608 - only marks
                    {"repo": self.repo, "kind": kind, **marks},
                )


def _values(row: Entry) -> tuple[object, ...]:
    texts = "".join([value for value in row if value.__class__ is str])
    if texts.isascii() and "\0" not in texts:
        return row
    return tuple([value if isinstance(value, _PLAIN) else storable(value) for value in row])


def _parts(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
