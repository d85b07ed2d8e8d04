"""Counts of lines by class over commits, and groups of them by model, agent, prompt, author, path or week.

Every share stands beside its coverage: the part of the added lines for which there is any evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from gitprov.model.answers.stats import Counts
from gitprov.model.exchange.index_rows import ChangeEntry, CommitEntry, DroppedEntry, RangeEntry, TraceEntry
from gitprov.model.moments import week_of

OF_TRACES = ("model", "agent", "prompt")
OF_COMMITS = ("author", "path", "week")
GROUPS = (*OF_TRACES, *OF_COMMITS)
CLASSES = ("ai", "edited", "human", "declared")
NAMELESS = "(not recorded)"
"""The group of lines whose model, agent or prompt nobody recorded."""


class RecordedLines(NamedTuple):
    """What the index has about some commits. `landed` are those of them on the default branch."""

    commits: Sequence[CommitEntry]
    changes: Sequence[ChangeEntry]
    traces: Sequence[TraceEntry]
    ranges: Sequence[RangeEntry]
    dropped: Sequence[DroppedEntry]
    landed: frozenset[str]


_Sums = defaultdict[str, int]
"""Counts that grow: names of fields of Counts → numbers."""


class _Unit(NamedTuple):
    """A file in a commit: lines that its claims have by class and trace, and those it adds and deletes."""

    commit: CommitEntry
    path: str
    claims: list[tuple[str, str | None, int]]
    added: int
    deleted: int


def total(recorded: RecordedLines) -> Counts:
    """The counts over all commits."""
    return grouped(recorded, lambda _commit, _path, _trace: "").get("", Counts())


def by(recorded: RecordedLines, group: str) -> dict[str, Counts]:
    """Group → counts, for a name in GROUPS.

    Groups of traces count only what models did, and the whole of the added lines of all commits as `added`,
    so that shares are of everything; those of commits count all lines.
    """
    if group not in OF_TRACES:
        return grouped(recorded, _COMMIT_KEYS[group])
    traces = {(row.oid, row.trace): row for row in recorded.traces}

    def key(commit: CommitEntry, _path: str, trace: str | None) -> str | None:
        row = traces.get((commit.oid, trace or ""))
        if row is not None:
            return _trace_key(row, group)
        if trace is None and commit.cls == "declared" and group != "prompt":
            return (commit.model if group == "model" else commit.agent) or NAMELESS
        return None if trace is None else NAMELESS

    added = sum(commit.added for commit in recorded.commits)
    groups = grouped(recorded, key)
    return {name: counts._replace(added=added, human=0) for name, counts in groups.items()}


def _trace_key(row: TraceEntry, group: str) -> str:
    value = row.model if group == "model" else row.agent if group == "agent" else row.key
    return value or NAMELESS


#: The week is asked for each trace of a commit.
_week = lru_cache(maxsize=4096)(week_of)
_COMMIT_KEYS: Mapping[str, Callable[[CommitEntry, str, str | None], str | None]] = {
    "author": lambda commit, _path, _trace: commit.author,
    "path": lambda _commit, path, _trace: path,
    "week": lambda commit, _path, _trace: _week(commit.authored),
}
Key = Callable[[CommitEntry, str, str | None], str | None]
"""The group of lines of a commit, a path and a trace (None: no trace); None where they are in no group."""


def grouped(recorded: RecordedLines, key: Key) -> dict[str, Counts]:
    """Group → counts, sorted by group."""
    sums: defaultdict[str, _Sums] = defaultdict(lambda: defaultdict(int))
    commits: defaultdict[str, set[str]] = defaultdict(set)

    def at(name: str, commit: CommitEntry) -> _Sums:
        commits[name].add(commit.oid)
        return sums[name]

    for unit in _units(recorded):
        _add_unit(unit, recorded.landed, key, at)
    by_oid = {commit.oid: commit for commit in recorded.commits}
    paths = _only_paths(recorded.ranges)
    for row in recorded.traces:
        commit = by_oid[row.oid]
        name = key(commit, paths.get((row.oid, row.trace), ""), row.trace)
        if name is not None:
            _add_trace(row, at(name, commit))
    for entry in recorded.dropped:
        name = key(by_oid[entry.oid], "", entry.trace)
        if name is not None:
            at(name, by_oid[entry.oid])["dropped_traces"] += 1
    for commit in recorded.commits:
        name = key(commit, "", None)
        if name is not None and commit.gate == "bypassed":
            at(name, commit)["bypassed"] += 1
    return {name: Counts(**sums[name], commits=len(commits[name])) for name in sorted(sums)}


def _add_trace(row: TraceEntry, sums: _Sums) -> None:
    """Add what became of a trace's output to the counts of its group."""
    sums["raw"] += row.kept + row.edited + row.dropped
    sums["kept"] += row.kept
    sums["reworded"] += row.edited
    sums["dropped"] += row.dropped
    sums["deleted_by_ai"] += row.deleted
    sums["traces"] += 1


def _add_unit(unit: _Unit, landed: frozenset[str], key: Key, at: Callable[[str, CommitEntry], _Sums]) -> None:
    rest = key(unit.commit, unit.path, None)
    if rest is not None:
        sums = at(rest, unit.commit)
        sums["added"] += unit.added
        sums["deleted"] += unit.deleted
    claimed = 0
    for cls, trace, lines in unit.claims:
        claimed += lines
        name = key(unit.commit, unit.path, trace)
        if name is not None and cls in CLASSES:
            sums = at(name, unit.commit)
            sums[cls] += lines
            if cls in ("ai", "edited") and unit.commit.oid in landed:
                sums["landed"] += lines
    if rest is not None and unit.commit.cls == "declared":
        at(rest, unit.commit)["declared"] += max(unit.added - claimed, 0)


def _units(recorded: RecordedLines) -> Iterable[_Unit]:
    """Every file of every commit that changes lines or has claims."""
    claims: dict[tuple[str, str], dict[tuple[str, str | None], int]] = {}
    for row in recorded.ranges:
        lines = claims.setdefault((row.oid, row.path), {})
        name = (row.cls, row.trace)
        lines[name] = lines.get(name, 0) + row.last - row.first + 1
    by_oid = {commit.oid: commit for commit in recorded.commits}
    for change in recorded.changes:
        lines = claims.pop((change.oid, change.path), {})
        rows = [(*name, count) for name, count in lines.items()]
        yield _Unit(by_oid[change.oid], change.path, rows, change.added, change.deleted)
    for (oid, path), lines in claims.items():  # of merges, whose changes are not in the index
        rows = [(*name, count) for name, count in lines.items()]
        yield _Unit(by_oid[oid], path, rows, sum(lines.values()), 0)


def _only_paths(ranges: Iterable[RangeEntry]) -> dict[tuple[str, str], str]:
    """(commit, trace) → the first path where the trace has lines: its delta is not split by path."""
    paths: dict[tuple[str, str], str] = {}
    for row in ranges:
        if row.trace is not None:
            paths.setdefault((row.oid, row.trace), row.path)
    return paths
