"""The values of the list of commits, and of the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from gitprov.flow.index.report import ReportData
from gitprov.model.answers.stats import ratio
from gitprov.model.exchange.index_rows import ChangeEntry, CommitEntry, DroppedEntry, RangeEntry, TraceEntry
from gitprov.model.moments import day_of
from gitprov.web import mixes
from gitprov.web.cards import CardFacts
from gitprov.web.kinds.list_pages import SIZE, ListPage, list_pages
from gitprov.web.links import commit_page, file_page
from gitprov.web.mixes import BarPart

#: Most commits that have a page, the newest ones; files, traces and dropped traces listed of a commit.
_MOST, _MOST_ROWS = 2000, 1000


class CommitListRow(NamedTuple):
    """A commit in the list."""

    oid: str
    page: str
    subject: str
    added: int
    ai: float | None
    coverage: float | None
    gate: str | None
    day: str
    mix: list[BarPart]
    title: str


class CommitFile(NamedTuple):
    """A file of a commit; `runs` has the ranges by class."""

    path: str
    page: str | None
    added: int
    deleted: int
    runs: str
    mix: list[BarPart]
    title: str


class CommitTraceRow(NamedTuple):
    """A trace of a commit."""

    id: str
    page: str | None
    prompt: str | None
    facts: str


class Commits:
    """The commits of a report. `traces` are those that are listed: of each commit the first thousand."""

    def __init__(self, data: ReportData) -> None:
        self._data = data
        newest = sorted(data.rows.commits, key=lambda row: (-row.committed, row.oid))
        # The oldest ones go by whole pages of the list, so that a new commit does not move the others.
        self.more = max(-(-(len(newest) - _MOST) // SIZE) * SIZE, 0)
        self.shown = newest[: len(newest) - self.more]
        self.listed = frozenset(row.oid for row in self.shown)
        self._paths = {file.path for file in data.files if not file.why}
        self._ranges: dict[str, list[RangeEntry]] = {}
        self._changes: dict[str, list[ChangeEntry]] = {}
        self._traces: dict[str, list[TraceEntry]] = {}
        for line in data.rows.ranges:
            self._ranges.setdefault(line.oid, []).append(line)
        for change in data.rows.changes:
            self._changes.setdefault(change.oid, []).append(change)
        for trace in data.rows.traces:
            self._traces.setdefault(trace.oid, []).append(trace)
        self._dropped: dict[str, list[DroppedEntry]] = {}
        for dropped in data.rows.dropped:
            self._dropped.setdefault(dropped.oid, []).append(dropped)
        self.traces = {row.trace for rows in self._traces.values() for row in rows[:_MOST_ROWS]}

    def lists(self) -> list[ListPage]:
        """The pages of the list."""
        return list_pages("commits", self.shown)

    def list_rows(self) -> list[CommitListRow]:
        """The rows of all listed commits."""
        return [self._row(commit) for commit in self.shown]

    def list_values(self, part: ListPage) -> dict[str, Any]:
        """The values of a page of the list."""
        rows = [self._row(commit) for commit in part.rows]
        return {"part": part, "rows": rows, "total": len(self.shown), "more": self.more}

    def _row(self, commit: CommitEntry) -> CommitListRow:
        lines = _by_class(commit, self._ranges.get(commit.oid, ()), commit.added)
        total = sum(lines.values())
        return CommitListRow(
            commit.oid, commit_page(commit.oid), commit.subject, commit.added,
            ratio(lines["ai"] + lines["edited"], total), ratio(total - lines["unknown"], total), commit.gate,
            day_of(commit.authored), mixes.parts(lines), mixes.words(lines),
        )  # fmt: skip

    def page_values(self, commit: CommitEntry, cards: CardFacts) -> dict[str, Any]:
        """The values of the page of a commit."""
        ranges = self._ranges.get(commit.oid, [])
        paths = sorted(
            {*(row.path for row in ranges), *(row.path for row in self._changes.get(commit.oid, ()))}
        )
        traces, dropped = self._traces.get(commit.oid, []), self._dropped.get(commit.oid, [])
        return {
            "commit": commit,
            "day": day_of(commit.authored),
            "summary": mixes.words(_by_class(commit, ranges, commit.added)),
            "reviewers": cards.reviewers(commit.oid, None),
            "files": self._files(commit, ranges, paths[:_MOST_ROWS]),
            "more_files": max(len(paths) - _MOST_ROWS, 0),
            "traces": [self._trace(row, cards) for row in traces[:_MOST_ROWS]],
            "more_traces": max(len(traces) - _MOST_ROWS, 0),
            "dropped": dropped[:_MOST_ROWS],
            "more_dropped": max(len(dropped) - _MOST_ROWS, 0),
        }

    def _files(
        self, commit: CommitEntry, ranges: Sequence[RangeEntry], paths: Sequence[str]
    ) -> list[CommitFile]:
        by_path: dict[str, list[RangeEntry]] = {}
        for row in ranges:
            by_path.setdefault(row.path, []).append(row)
        changes = {change.path: change for change in self._changes.get(commit.oid, ())}
        return [self._file(commit, path, changes.get(path), by_path.get(path, [])) for path in paths]

    def _file(
        self, commit: CommitEntry, path: str, change: ChangeEntry | None, ranges: Sequence[RangeEntry]
    ) -> CommitFile:
        claimed = sum(row.last - row.first + 1 for row in ranges)
        added = change.added if change else claimed
        lines = _by_class(commit, ranges, added)
        page = f"../{file_page(path)}" if path in self._paths else None
        deleted = change.deleted if change else 0
        return CommitFile(path, page, added, deleted, _runs(ranges), mixes.parts(lines), mixes.words(lines))

    @staticmethod
    def _trace(row: TraceEntry, cards: CardFacts) -> CommitTraceRow:
        reviewers = cards.reviewers(row.oid, row.trace)
        facts = [
            row.model or "model not recorded", row.agent or "", row.at or "", row.human or "",
            f"{row.raw} raw lines: {row.kept} kept, {row.edited} edited, {row.dropped} dropped",
            f"reviewed by {reviewers}" if reviewers else "no review recorded",
        ]  # fmt: skip
        shown = " · ".join(filter(None, facts))
        return CommitTraceRow(row.trace, cards.prompt_link(row.trace), cards.prompt(row.trace), shown)


def _by_class(commit: CommitEntry, ranges: Sequence[RangeEntry], added: int) -> dict[str, int]:
    """Class → lines among `added` lines of a commit."""
    lines = dict.fromkeys(mixes.CLASSES, 0)
    for row in ranges:
        lines[row.cls] = lines.get(row.cls, 0) + row.last - row.first + 1
    rest = max(added - sum(lines.values()), 0)
    lines["declared" if commit.cls == "declared" else "unknown"] += rest
    return lines


def _runs(ranges: Sequence[RangeEntry]) -> str:
    by_class: dict[str, list[str]] = {}
    for row in sorted(ranges, key=lambda row: row.first):
        run = str(row.first) if row.first == row.last else f"{row.first}-{row.last}"
        by_class.setdefault(row.cls, []).append(run)
    return "; ".join(
        f"{cls} {', '.join(runs[:12])}{' …' * (len(runs) > 12)}" for cls, runs in by_class.items()
    )
