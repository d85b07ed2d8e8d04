"""Reads what statistics and reports need from the index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sqlalchemy import and_, func, select, text

from gitprov.model.exchange.index_rows import (
    ChangeEntry,
    CommitEntry,
    DroppedEntry,
    Entry,
    GenerationEntry,
    PromptEntry,
    RangeEntry,
    RepositoryEntry,
    ReviewEntry,
    SurvivorEntry,
    TraceEntry,
    new_repository,
)
from gitprov.store.index.schema import TABLES
from gitprov.store.index.words import words_of

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

E = TypeVar(
    "E", CommitEntry, ChangeEntry, TraceEntry, RangeEntry, DroppedEntry, ReviewEntry, SurvivorEntry,
    GenerationEntry, PromptEntry,
)  # fmt: skip

#: Values of one condition; SQLite takes a few thousand.
_AT_ONCE = 500


class TextMatch(NamedTuple):
    """A text that contains the words: `kind` is prompt, commit or review, `ref` the trace or commit."""

    kind: str
    ref: str
    at: int


class RecordReader:
    """The rows of one repository, ordered by their fields."""

    def __init__(self, connection: Connection, key: str) -> None:
        self._connection = connection
        table = TABLES[RepositoryEntry]
        row = connection.execute(select(table).where(table.c.key == key)).first()
        self.state = new_repository(0, key) if row is None else RepositoryEntry(*row)

    def commits(self, oids: Collection[str] | None = None) -> list[CommitEntry]:
        """Commits, all of them or some."""
        return self._rows(CommitEntry, oids)

    def committed(self, oid: str | None) -> int | None:
        """The moment of a commit, None where the index does not have it."""
        table = TABLES[CommitEntry]
        condition = (table.c.repo == self.state.repo) & (table.c.oid == oid)
        return self._connection.execute(select(table.c.committed).where(condition)).scalars().first()

    def changes(self, oids: Collection[str] | None = None) -> list[ChangeEntry]:
        """Changes of files in commits."""
        return self._rows(ChangeEntry, oids)

    def traces(self, oids: Collection[str] | None = None) -> list[TraceEntry]:
        """Traces in commits."""
        return self._rows(TraceEntry, oids)

    def ranges(self, oids: Collection[str] | None = None) -> list[RangeEntry]:
        """Ranges of lines that commits add."""
        return self._rows(RangeEntry, oids)

    def dropped(self, oids: Collection[str] | None = None) -> list[DroppedEntry]:
        """Traces that messages drop."""
        return self._rows(DroppedEntry, oids)

    def reviews(self, oids: Collection[str] | None = None) -> list[ReviewEntry]:
        """Reviews of commits and their traces."""
        return self._rows(ReviewEntry, oids)

    def survivors(self, trace: str | None = None) -> list[SurvivorEntry]:
        """Lines of traces on the default branch, living and removed ones, of one trace or of all."""
        return self._rows(SurvivorEntry, None, {"trace": trace} if trace is not None else {})

    def generations(self) -> list[GenerationEntry]:
        """Stored generations."""
        return self._rows(GenerationEntry, None)

    def prompts(self) -> list[PromptEntry]:
        """Prompts."""
        return self._rows(PromptEntry, None)

    def _rows(
        self, kind: type[E], oids: Collection[str] | None, values: dict[str, str] | None = None
    ) -> list[E]:
        table = TABLES[kind]
        query = select(table).where(table.c.repo == self.state.repo)
        for name, value in (values or {}).items():
            query = query.where(table.c[name] == value)
        rows = [kind(*row) for row in self._connection.execute(query)]
        if oids is not None:
            at = kind._fields.index("oid")
            rows = [row for row in rows if row[at] in oids]
        try:
            return sorted(rows)
        except TypeError:  # a value beside NULL in a column
            return sorted(rows, key=_order)

    def ranges_of(self, trace: str) -> list[RangeEntry]:
        """Ranges of lines of a trace."""
        return self._rows(RangeEntry, None, {"trace": trace})

    def trace_names(self, start: str) -> list[str]:
        """The traces that begin with a text, in commits or in claims of them, sorted."""
        names: set[str] = set()
        for table in (TABLES[TraceEntry], TABLES[RangeEntry]):
            begins = func.substr(table.c.trace, 1, len(start)) == start
            query = select(table.c.trace).where((table.c.repo == self.state.repo) & begins).distinct()
            names.update(self._connection.execute(query).scalars())
        return sorted(names)

    def texts(self, matches: Sequence[TextMatch]) -> dict[tuple[str, str], str]:
        """(kind, ref) → the text that matched."""
        generations, prompts = TABLES[GenerationEntry], TABLES[PromptEntry]
        same = and_(generations.c.repo == prompts.c.repo, generations.c.prompt == prompts.c.digest)
        commits, reviews = TABLES[CommitEntry], TABLES[ReviewEntry]
        queries = {
            "prompt": select(generations.c.trace, prompts.c.text).join_from(generations, prompts, same),
            "commit": select(commits.c.oid, commits.c.subject),
            "review": select(reviews.c.oid, reviews.c.note).order_by(reviews.c.note),
        }
        out: dict[tuple[str, str], str] = {}
        for kind, query in queries.items():
            refs = [match.ref for match in matches if match.kind == kind]
            ref = query.selected_columns[0]
            for start in range(0, len(refs), _AT_ONCE):
                condition = (ref.table.c.repo == self.state.repo) & ref.in_(refs[start : start + _AT_ONCE])
                for name, body in self._connection.execute(query.where(condition)):
                    out[kind, name] = body or out.get((kind, name), "")
        return out

    def search(self, words: str, most: int = 100) -> list[TextMatch]:
        """Texts that contain all the words, newest first; none without words."""
        terms = words_of(words)
        if not terms:
            return []
        if self._connection.dialect.name == "postgresql":
            condition, value = "body @@ CAST(:words AS tsquery)", " & ".join(f"'{term}'" for term in terms)
        else:
            condition, value = "words MATCH :words", " ".join(f'"{term}"' for term in terms)
        query = f"SELECT kind, ref, at FROM words WHERE repo = :repo AND {condition}"  # noqa: S608 - fixed texts
        rows = self._connection.execute(text(query), {"repo": self.state.repo, "words": value})
        matches = {TextMatch(str(kind), str(ref), int(at)) for kind, ref, at in rows}
        return sorted(matches, key=lambda match: (-match.at, match.kind, match.ref))[:most]


def _order(row: Entry) -> tuple[tuple[bool, int, str], ...]:
    """An order of rows that does not depend on the database, its collation or the order of insertion."""
    return tuple(
        (value is not None, value if isinstance(value, int) else 0, value if isinstance(value, str) else "")
        for value in row
    )
