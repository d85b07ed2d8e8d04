"""Everything that the page of a change shows, read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.gates.subjects import scope_of_range
from gitprov.flow.index.files import FileLines, FileRun, files_at
from gitprov.flow.index.report import ReportData, report_data
from gitprov.flow.pages.findings import OpenFindings, open_findings, subjects_of
from gitprov.git.files import diff
from gitprov.model.answers.change import CLASSES, ChangeAnswer, ChangeFile, ChangeTrace
from gitprov.model.exchange.index_rows import TraceEntry
from gitprov.model.ranges import LineSet
from gitprov.model.sidecars import sidecar_target

if TYPE_CHECKING:
    from gitprov.git.files.diff import FileChange
    from gitprov.git.repo import Repository
    from gitprov.store.index.database import Database


#: Reviewers of a trace that are named.
_MOST_NAMES = 20


class ChangeData(NamedTuple):
    """The data of a report on the range, with the files that it changes; and what is recorded about these.

    The runs of a file are those of its added lines.
    """

    data: ReportData
    answer: ChangeAnswer
    open: OpenFindings
    changes: tuple[FileChange, ...]


def change_data(repo: Repository, base: Database, text: str) -> ChangeData:
    """The change `A..B`, from the common ancestor to B. UsageError where one of them is no commit."""
    scope = scope_of_range(repo, text)
    head = scope.head or "HEAD"
    changed = (row for row in diff.between(repo, scope.base, head) if sidecar_target(row.path) is None)
    changes = tuple(sorted(changed, key=lambda change: change.path))
    shown = [change for change in changes if change.has_text and not change.opaque]
    entries = [(change.path, change.new_oid) for change in shown]
    whole = {file.path: file for file in files_at(repo, head, entries)}
    files = [_added(whole[change.path], change) for change in shown]
    data = report_data(repo, base, [f"{scope.base}..{head}"], files, head)
    findings = open_findings(repo, subjects_of(repo, files), data.rows)
    answer = _answer(text, head, data, findings, changes)
    return ChangeData(data, answer, findings, changes)


def _added(file: FileLines, change: FileChange) -> FileLines:
    """A file with the runs of its added lines only."""
    lines = LineSet.of_runs((hunk.new_start + 1, hunk.new_end) for hunk in change.hunks if hunk.new_count)
    runs = [
        FileRun(first, last, run.oid, run.facts)
        for run in file.runs
        for first, last in (lines & LineSet.of_runs([(run.first, run.last)])).runs
    ]
    return file._replace(runs=tuple(runs))


def _answer(
    text: str, head: str, data: ReportData, findings: OpenFindings, changes: Sequence[FileChange]
) -> ChangeAnswer:
    by_path = {file.path: file for file in data.files}
    files = tuple(_file(change, by_path.get(change.path)) for change in changes)
    lines: Counter[str] = Counter()
    for file in files:
        lines.update(file.lines)
    return ChangeAnswer(
        text,
        head,
        {cls: lines[cls] for cls in CLASSES},
        data.answer.total,
        files,
        tuple(_traces(data)),
        findings.findings,
        len(findings.unread),
        findings.missing,
    )


def _file(change: FileChange, file: FileLines | None) -> ChangeFile:
    counts = {cls: file.count(cls) if file else 0 for cls in CLASSES}
    why = "it is binary" if change.opaque else file.why if file else None
    deleted = sum(hunk.old_count for hunk in change.hunks)
    return ChangeFile(change.path, change.added, deleted, counts, why)


def _traces(data: ReportData) -> Iterator[ChangeTrace]:
    reviewers: dict[tuple[str, str | None], dict[str, None]] = {}
    for review in data.reviews:
        reviewers.setdefault((review.oid, review.trace), {})[review.by] = None
    rows: dict[str, list[TraceEntry]] = {}
    for row in data.rows.traces:
        rows.setdefault(row.trace, []).append(row)
    for trace in sorted(rows, key=lambda name: (rows[name][0].at or "", name)):
        yield _trace(trace, rows[trace], data, reviewers)


def _trace(
    trace: str,
    rows: Sequence[TraceEntry],
    data: ReportData,
    reviewers: Mapping[tuple[str, str | None], dict[str, None]],
) -> ChangeTrace:
    row = rows[0]
    generation = data.generations.get(trace)
    prompt = data.prompts.get((generation.prompt if generation else row.prompt) or "")
    names = (
        name
        for entry in rows
        for key in ((entry.oid, trace), (entry.oid, None))
        for name in reviewers.get(key, ())
    )
    kept, edited, dropped = (
        sum(getattr(entry, name) for entry in rows) for name in ("kept", "edited", "dropped")
    )
    text = prompt.text if prompt else None
    raw = kept + edited + dropped
    return ChangeTrace(
        trace, row.agent, row.model, row.at, text, raw, kept, edited, dropped, _some(names)
    )  # fmt: skip


def _some(names: Iterator[str]) -> tuple[str, ...]:
    """The names, each once; of many the first, and `others`."""
    out: dict[str, None] = {}
    for name in names:
        if len(out) == _MOST_NAMES and name not in out:
            return (*out, "others")
        out[name] = None
    return tuple(out)
