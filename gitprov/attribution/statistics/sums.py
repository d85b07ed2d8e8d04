"""The counts of single commits by file and trace: rows of which a database makes sums over many commits.

They follow from the counts of `shares`, so both ways to a number agree.
"""

from __future__ import annotations

from gitprov.attribution.statistics import shares
from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.model.index_rows import CommitEntry, SumEntry, TraceEntry
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
    groups = shares.grouped(recorded, lambda _commit, path, trace: f"{path}\0{trace or ''}")
    rows = []
    for name, counts in groups.items():
        path, _, trace = name.partition("\0")
        row = _of_trace(commit, path, trace, traces.get(trace)) if trace else _without_trace(commit, path)
        numbers = {field: getattr(counts, field) for field in COUNTED}
        rows.append(row._replace(landed=int(landed), **numbers))
    return rows


def _of_trace(commit: CommitEntry, path: str, trace: str, row: TraceEntry | None) -> SumEntry:
    plain = _without_trace(commit, path)._replace(trace=trace, source=TRACE, model=None, agent=None)
    if row is None:
        return plain
    at = seconds_of(row.at)
    made = None if at is None else week_of(at)
    return plain._replace(made=made, model=row.model, agent=row.agent, key=row.key, session=row.session)


def _without_trace(commit: CommitEntry, path: str) -> SumEntry:
    source = DECLARED if commit.cls == DECLARED else None
    model, agent = (commit.model, commit.agent) if source else (None, None)
    week = week_of(commit.authored)
    return SumEntry(
        commit.repo, commit.oid, path, None, source, commit.author, week, None, model, agent, None, None, 0,
        *[0] * len(COUNTED),
    )  # fmt: skip
