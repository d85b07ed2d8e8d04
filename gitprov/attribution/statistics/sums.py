"""The counts of single commits by file and trace: rows of which a database makes sums over many commits.

They follow from the counts of `shares`, so both ways to a number agree.
"""

from __future__ import annotations

from typing import NamedTuple

from gitprov.attribution.statistics import shares
from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.model.exchange.index_rows import CommitEntry, SumEntry, TraceEntry
from gitprov.model.moments import seconds_of, week_of

#: What a row is grouped by where it is the declaration's, and where it is a trace's.
DECLARED, TRACE = "declared", "trace"
COUNTED = SumEntry._fields[SumEntry._fields.index("added") :]
"""The summed fields. Of Counts, `landed` is a sum of `ai` and `edited`, and `commits` a count of commits."""


def sum_rows(recorded: RecordedLines, *, landed: bool) -> list[SumEntry]:
    """The rows of one commit, by path and trace; none for a commit of which nothing is counted."""
    if not recorded.commits:
        return []
    commit = recorded.commits[0]
    traces = {row.trace: row for row in recorded.traces}
    week = week_of(commit.authored)
    groups = shares.grouped(recorded, lambda _commit, path, trace: f"{path}\0{trace or ''}")
    rows = []
    for name, counts in groups.items():
        path, _, trace = name.partition("\0")
        numbers = [getattr(counts, field) for field in COUNTED]
        labels = _of_trace(traces.get(trace)) if trace else _of_commit(commit)
        rows.append(
            SumEntry(
                commit.repo, commit.oid, path, trace or None, labels.source, commit.author, week, labels.made,
                labels.model, labels.agent, labels.key, labels.session, int(landed), *numbers,
            )
        )  # fmt: skip
    return rows


class _Labels(NamedTuple):
    """What a row is grouped by, besides its commit."""

    source: str | None = None
    made: str | None = None
    model: str | None = None
    agent: str | None = None
    key: str | None = None
    session: str | None = None


def _of_trace(row: TraceEntry | None) -> _Labels:
    if row is None:
        return _Labels(TRACE)
    at = seconds_of(row.at)
    made = None if at is None else week_of(at)
    return _Labels(TRACE, made, row.model, row.agent, row.key, row.session)


def _of_commit(commit: CommitEntry) -> _Labels:
    if commit.cls != DECLARED:
        return _Labels()
    return _Labels(DECLARED, None, commit.model, commit.agent)
