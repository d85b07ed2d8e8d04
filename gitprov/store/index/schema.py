"""The tables of the index, made from the rows in `exchange/index_rows.py`; one schema for both databases.

A change of the schema raises VERSION: an index of another version is built anew, since all of it is derived.
"""

from __future__ import annotations

from typing import get_type_hints

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, Table, Text

from gitprov.model.exchange import index_rows
from gitprov.model.exchange.index_rows import Entry

#: 1: the first schema.
#: 2: findings, baseline_runs, drift_runs, sums; survivors have the model of their trace.
#: 3: open findings, and the commit whose open findings they are.
#: 4: changes of sidecars are left out.
VERSION = 4

METADATA = MetaData()
META = Table("meta", METADATA, Column("version", Integer, nullable=False))

_NAMES: dict[type[Entry], str] = {
    index_rows.RepositoryEntry: "repository",
    index_rows.CommitEntry: "commits",
    index_rows.ChangeEntry: "changes",
    index_rows.TraceEntry: "traces",
    index_rows.RangeEntry: "ranges",
    index_rows.SurvivorEntry: "survivors",
    index_rows.GenerationEntry: "generations",
    index_rows.PromptEntry: "prompts",
    index_rows.ReviewEntry: "reviews",
    index_rows.DroppedEntry: "dropped",
    index_rows.PhantomEntry: "phantoms",
    index_rows.FindingEntry: "findings",
    index_rows.BaselineRunEntry: "baseline_runs",
    index_rows.DriftRunEntry: "drift_runs",
    index_rows.SumEntry: "sums",
}
#: Table → columns that its rows are looked up by.
_LOOKED_UP: dict[str, tuple[tuple[str, ...], ...]] = {
    "commits": (("repo", "oid"),),
    "changes": (("repo", "oid"), ("repo", "path")),
    "traces": (("repo", "oid"), ("repo", "trace")),
    "ranges": (("repo", "oid", "path"), ("repo", "trace")),
    "survivors": (("repo", "path"), ("repo", "trace"), ("repo", "model", "born", "died", "lines")),
    "generations": (("repo", "trace"),),
    "prompts": (("repo", "digest"),),
    "reviews": (("repo", "oid"),),
    "dropped": (("repo", "oid"),),
    "sums": (
        ("repo", "oid"),
        # All that the deltas and sessions of generations need, so that they are read from it alone.
        ("repo", "trace", "landed", "made", "reworded", "dropped", "raw", "session"),
    ),
}


def _column(name: str, kind: object) -> Column[object]:
    text = str(kind)
    column = Double if "float" in text else BigInteger if "int" in text else Text
    return Column(name, column, nullable="None" in text)


def _table(row: type[Entry], name: str) -> Table:
    columns = [_column(field, kind) for field, kind in get_type_hints(row).items()]
    table = Table(name, METADATA, *columns)
    for fields in _LOOKED_UP.get(name, ()):
        Index(f"{name}_{'_'.join(fields[:4])}", *(table.c[field] for field in fields))
    return table


TABLES: dict[type[Entry], Table] = {row: _table(row, name) for row, name in _NAMES.items()}

_FIELDS = "repo UNINDEXED, kind UNINDEXED, ref UNINDEXED, at UNINDEXED"
#: The words are split before: here only spaces separate them.
_TOKENS = "tokenize = \"ascii tokenchars '_'\""
#: Full text, which the two databases keep in ways of their own.
WORDS = {
    "sqlite": (f"CREATE VIRTUAL TABLE words USING fts5({_FIELDS}, body, {_TOKENS})",),
    "postgresql": (
        "CREATE TABLE words (repo BIGINT, kind TEXT, ref TEXT, at BIGINT, body TSVECTOR)",
        "CREATE INDEX words_body ON words USING gin (body)",
    ),
}
