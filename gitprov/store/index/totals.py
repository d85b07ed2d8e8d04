"""Sums that the database makes: counts of commits, deltas of generations, lives of lines, sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, distinct, func, select

from gitprov.model.answers.stats import LineLife, PromptTexts
from gitprov.model.exchange.index_rows import (
    FindingEntry,
    GenerationEntry,
    PromptEntry,
    SumEntry,
    SurvivorEntry,
)
from gitprov.store.index.schema import TABLES

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.engine import Connection, Result

#: Commits of one query; SQLite takes a few thousand values.
_AT_ONCE = 500
#: Rows that are fetched at once.
_FETCHED = 500
_SUMS = TABLES[SumEntry]


class GroupKey(NamedTuple):
    """What counts are grouped by: a column of `sums`, the name of the group without a value, and the sources
    of the rows that are in a group at all (None: all).
    """

    column: str
    nameless: str = ""
    sources: tuple[str, ...] | None = None


class GenerationDelta(NamedTuple):
    """A trace's week, and how many of its settled raw lines developers changed or left out."""

    trace: str
    week: str | None
    changed: int
    raw: int


class Totals:
    """The sums of one repository. `oids`: the commits that count, None for those of the default branch."""

    def __init__(self, connection: Connection, repo: int, oids: Collection[str] | None) -> None:
        self._connection = connection
        self._repo = repo
        self._oids = None if oids is None else sorted(oids)

    def counts(self, fields: Sequence[str], group: GroupKey | None) -> dict[str, list[int]]:
        """Group → the sums of fields, the lines of models on the default branch, and the number of commits.

        Without a group there is one, named "", and none where no commit counts.
        """
        landed = case((_SUMS.c.landed > 0, _SUMS.c.ai + _SUMS.c.edited), else_=0)
        commits = func.count(distinct(_SUMS.c.oid))
        query = select(*(func.sum(_SUMS.c[name]) for name in fields), func.sum(landed), commits)
        if group is not None:
            query = query.add_columns(_SUMS.c[group.column]).group_by(_SUMS.c[group.column])
            if group.sources is not None:
                query = query.where(_SUMS.c.source.in_(group.sources))
        out: dict[str, list[int]] = {}
        for row in self._rows(query):
            name = (row[-1] or group.nameless) if group is not None else ""
            numbers = row[: len(fields) + 2]
            if numbers[-1]:
                before = out.get(name, [0] * len(numbers))
                out[name] = [old + int(new) for old, new in zip(before, numbers, strict=True)]
        return out

    def deltas(self) -> list[GenerationDelta]:
        """The deltas of generations; one in commits of several queries is there several times."""
        changed = func.sum(_SUMS.c.reworded + _SUMS.c.dropped)
        query = select(_SUMS.c.trace, func.max(_SUMS.c.made), changed, func.sum(_SUMS.c.raw))
        query = query.where(_SUMS.c.raw > 0).group_by(_SUMS.c.trace)
        rows = self._rows(query)
        return [GenerationDelta(trace, week, int(moved), int(raw)) for trace, week, moved, raw in rows]

    def sessions(self) -> tuple[set[str], set[str]]:
        """The sessions with a trace in the commits: those on the default branch, and all."""
        query = select(_SUMS.c.session, _SUMS.c.landed).where(_SUMS.c.session.is_not(None)).distinct()
        rows = [(str(row[0]), row[1]) for row in self._rows(query)]
        return {name for name, landed in rows if landed}, {name for name, _ in rows}

    def abandoned(self) -> int:
        """The number of sessions of stored generations that no commit at all has."""
        table = TABLES[GenerationEntry]
        stored = select(table.c.session).where((table.c.repo == self._repo) & table.c.session.is_not(None))
        query = stored.except_(select(_SUMS.c.session).where(_SUMS.c.repo == self._repo)).subquery()
        return int(self._connection.execute(select(func.count()).select_from(query)).scalar_one())

    def lives(self) -> list[LineLife]:
        """The lives of lines of traces on the default branch, whatever the commits that count."""
        table = TABLES[SurvivorEntry]
        names = (table.c.model, table.c.born, table.c.died)
        query = select(*names, func.sum(table.c.lines)).where(table.c.repo == self._repo).group_by(*names)
        rows = _parts(self._connection.execute(query))
        return [LineLife(model, born, died, int(lines)) for model, born, died, lines in rows]

    def prompt_texts(self) -> dict[str, str]:
        """Prompt key → its text, as far as the index has it."""
        generations, prompts = TABLES[GenerationEntry], TABLES[PromptEntry]
        same = and_(generations.c.repo == prompts.c.repo, generations.c.prompt == prompts.c.digest)
        query = select(generations.c.key, prompts.c.text).join_from(generations, prompts, same).distinct()
        query = query.where((generations.c.repo == self._repo) & generations.c.key.is_not(None))
        rows = self._connection.execute(query.where(prompts.c.text.is_not(None)))
        return {str(key): str(text) for key, text in sorted(map(tuple, rows)) if text}

    def named_prompts(self) -> list[PromptTexts]:
        """The prompts that have a name, by name."""
        table = TABLES[PromptEntry]
        numbers = (func.count(distinct(table.c.digest)), func.min(table.c.at))
        query = select(table.c.name, *numbers).group_by(table.c.name)
        named = (table.c.repo == self._repo) & table.c.name.is_not(None)
        rows = self._connection.execute(query.where(named))
        return sorted(PromptTexts(str(row[0]), int(row[1]), row[2]) for row in rows)

    def findings(self) -> list[FindingEntry]:
        """The findings of the default branch, accepted and open ones."""
        table = TABLES[FindingEntry]
        rows = self._connection.execute(select(table).where(table.c.repo == self._repo))
        return [FindingEntry(*row) for row in rows]

    def _rows(self, query: Select[Any]) -> Iterator[Any]:
        for condition in self._scopes():
            yield from _parts(self._connection.execute(query.where(condition)))

    def _scopes(self) -> Iterator[ColumnElement[bool]]:
        if self._oids is None:
            yield (_SUMS.c.repo == self._repo) & (_SUMS.c.landed > 0)
            return
        for start in range(0, len(self._oids), _AT_ONCE):
            yield (_SUMS.c.repo == self._repo) & _SUMS.c.oid.in_(self._oids[start : start + _AT_ONCE])


def _parts(result: Result[Any]) -> Iterator[Any]:
    """The rows of a result. A row by itself costs several times as much, and thousands that live at once make
    the collector of garbage walk over all of them.
    """
    for rows in result.partitions(_FETCHED):
        yield from rows
