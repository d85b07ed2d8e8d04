"""The findings that a report shows: checks that need no network, over files as they are committed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.errors import GitprovError
from gitprov.flow.gates.nondeterminism import nondeterminism
from gitprov.flow.gates.report import ReportOptions, report
from gitprov.flow.gates.security import rules, weaknesses
from gitprov.flow.gates.subjects import Author, Subject
from gitprov.flow.index.files import FileLines
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding, Risk
from gitprov.model.ranges import LineSet

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

CHECKS = ("security", "nondeterminism", "trace")
"""The checks that run; the others ask a network or start processes."""
_ORDER = ("high", "medium", "low")


class OpenFindings(NamedTuple):
    """`findings`: the worst first. `unread`: what could not be looked at. `suppressed` and `accepted` count
    those that a comment suppresses and that the baseline has. `missing`: why a check did not run.
    """

    findings: tuple[Finding, ...] = ()
    unread: tuple[Finding, ...] = ()
    suppressed: int = 0
    accepted: int = 0
    missing: str | None = None


def subjects_of(repo: Repository, files: Iterable[FileLines]) -> Iterable[Subject]:
    """The files with models' lines, as a gate judges them: the lines of their runs."""
    for file in files:
        authors: dict[Author, list[tuple[int, int]]] = {}
        for run in file.runs:
            facts = run.facts
            if facts.cls in ("ai", "edited", "declared"):
                author = Author(facts.trace, facts.agent, facts.model, run.oid)
                authors.setdefault(author, []).append((run.first, run.last))
        if authors:
            rows = tuple((LineSet.of_runs(runs), author) for author, runs in authors.items())
            every = LineSet.of_runs((run.first, run.last) for run in file.runs)
            yield Subject(file.path, repo.objects.blob(file.blob), every, rows)


def open_findings(repo: Repository, subjects: Iterable[Subject], rows: RecordedLines) -> OpenFindings:
    """The findings in models' lines of some files, and about the records of some commits."""
    judged = {subject.path: subject for subject in subjects}
    missing = None
    raw: dict[str, list[Finding]] = {"nondeterminism": list(nondeterminism(judged.values(), False))}
    try:
        raw["security"] = list(weaknesses(judged.values(), rules(), False))
    except (GitprovError, ModuleNotFoundError) as error:
        missing = f"security: {error}"
    findings = list(_of_records(rows))
    suppressed = accepted = 0
    for check, raised in raw.items():
        answer = report(repo, check, raised, judged, ReportOptions())
        findings += answer.findings
        suppressed += answer.suppressed
        accepted += answer.baseline
    wrong = [row for row in findings if row.level in (ERROR, WARNING)]
    return OpenFindings(
        tuple(sorted(wrong, key=_rank)),
        tuple(sorted((row for row in findings if row.level == UNKNOWN), key=_rank)),
        suppressed,
        accepted,
        missing,
    )


def _rank(finding: Finding) -> tuple[int, str, str, tuple[int, int], str]:
    place = finding.path or finding.commit or ""
    return _ORDER.index(finding.severity), finding.rule, place, finding.lines or (0, 0), finding.message


def _of_records(rows: RecordedLines) -> Iterable[Finding]:
    """Gates that were bypassed, and traces that a message drops."""
    risk = Risk("low", "high")
    for commit in rows.commits:
        if commit.gate == "bypassed":
            message = "the commit was made past the gate (--no-verify)"
            mend = f"gitprov verify {commit.oid[:12]}^!"
            yield Finding("trace/bypassed", WARNING, message, mend, commit=commit.oid, risk=risk)
    for row in rows.dropped:
        message = f"the commit let the record of {row.trace} go: {row.reason}"
        yield Finding("trace/dropped", WARNING, message, None, commit=row.oid, traces=(row.trace,), risk=risk)


def by_path(findings: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    """Path → its findings, by line."""
    out: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.path is not None:
            out.setdefault(finding.path, []).append(finding)
    for group in out.values():
        group.sort(key=lambda row: (row.lines or (0, 0), row.rule))
    return out
