"""Reads rows of the index that its own update needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from gitprov.model.exchange.index_rows import (
    ClaimedRange,
    CommitEntry,
    RangeEntry,
    SurvivorEntry,
    TraceEntry,
)
from gitprov.store.index.schema import TABLES

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: Values of one condition; SQLite takes a few thousand.
_AT_ONCE = 500


def indexed(connection: Connection, repo: int, oids: Collection[str]) -> list[str]:
    """Those of the commits that are in the index, sorted."""
    table = TABLES[CommitEntry]
    names = sorted(oids)
    out: list[str] = []
    for start in range(0, len(names), _AT_ONCE):
        part = names[start : start + _AT_ONCE]
        rows = select(table.c.oid).where((table.c.repo == repo) & table.c.oid.in_(part))
        out += connection.execute(rows).scalars()
    return sorted(out)


def claims(connection: Connection, repo: int, oids: Sequence[str]) -> Mapping[str, list[ClaimedRange]]:
    """Commit → its ranges of traces."""
    table, traces = TABLES[RangeEntry], TABLES[TraceEntry]
    columns = [table.c[name] for name in ClaimedRange._fields[:-1]]
    same = (traces.c.repo == table.c.repo) & (traces.c.oid == table.c.oid) & (traces.c.trace == table.c.trace)
    query = select(*columns, traces.c.model).select_from(table.outerjoin(traces, same))
    out: dict[str, list[ClaimedRange]] = {}
    for start in range(0, len(oids), _AT_ONCE):
        part = oids[start : start + _AT_ONCE]
        condition = (table.c.repo == repo) & table.c.oid.in_(part) & table.c.trace.is_not(None)
        order = (table.c.oid, table.c.path, table.c.first)
        for row in connection.execute(query.where(condition).order_by(*order)):
            claim = ClaimedRange._make(row)
            out.setdefault(claim.oid, []).append(claim)
    return out


def living(connection: Connection, repo: int, paths: Sequence[str]) -> list[SurvivorEntry]:
    """The lines of traces in some files that are alive on the default branch, by path and line."""
    table = TABLES[SurvivorEntry]
    out: list[SurvivorEntry] = []
    for start in range(0, len(paths), _AT_ONCE):
        part = paths[start : start + _AT_ONCE]
        condition = (table.c.repo == repo) & table.c.path.in_(part) & (table.c.first > 0)
        rows = select(table).where(condition)
        out += [SurvivorEntry(*row) for row in connection.execute(rows)]
    return sorted(out, key=lambda row: (row.path, row.first))


def keys(connection: Connection, repo: int, traces: Collection[str]) -> dict[str, str]:
    """Trace → its prompt key, where it has one."""
    table = TABLES[TraceEntry]
    names = sorted(traces)
    out: dict[str, str] = {}
    for start in range(0, len(names), _AT_ONCE):
        condition = (table.c.repo == repo) & table.c.trace.in_(names[start : start + _AT_ONCE])
        rows = connection.execute(
            select(table.c.trace, table.c.key).where(condition & table.c.key.is_not(None))
        )
        out |= {str(trace): str(key) for trace, key in rows}
    return out
