"""The check of results that differ from run to run, over the lines of a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitprov.checks.nondeterminism import check
from gitprov.checks.nondeterminism.hazard import LOW, Uncertainty
from gitprov.checks.nondeterminism.rules.table import HAZARDS
from gitprov.flow.gates.programs.limits import TimeUp, limited
from gitprov.flow.gates.subjects import Subject
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding, Risk
from gitprov.model.ranges import LineSet

_UNREAD = "nondeterminism/unread"
#: Seconds after which a file is given up, whatever runs.
_HARD_LIMIT = 10.0


def nondeterminism(subjects: Iterable[Subject], every_line: bool) -> Iterator[Finding]:
    """The findings of the check, file by file. `every_line`: not only those lines that a model wrote."""
    for subject in subjects:
        lines = subject.added if every_line else subject.ai
        if subject.unread:
            yield Finding(_UNREAD, UNKNOWN, subject.unread, path=subject.path)
        elif lines:
            text = subject.content.decode("utf-8", "replace")
            rows, reasons = _judged(subject.path, text, lines)
            yield from (_finding(row, subject) for row in rows)
            yield from (Finding(_UNREAD, UNKNOWN, reason, path=subject.path) for reason in reasons)


def _judged(path: str, text: str, lines: LineSet) -> tuple[list[Uncertainty], list[str]]:
    try:
        with limited(_HARD_LIMIT):
            return check.sightings(path, text, lines)
    except TimeUp:
        return [], [f"judging it took longer than {_HARD_LIMIT:g} seconds"]


def _finding(row: Uncertainty, subject: Subject) -> Finding:
    hazard = HAZARDS[row.name]
    severity = row.severity or hazard.severity
    author = subject.author_of(row.line, row.end_line)
    risk = Risk(
        severity,
        hazard.confidence,
        agent=author.agent if author else None,
        model=author.model if author else None,
    )
    return Finding(
        hazard.rule,
        WARNING if severity == LOW else ERROR,
        hazard.message.replace("{}", row.detail),
        hazard.fix,
        path=subject.path,
        traces=(author.trace,) if author is not None and author.trace else (),
        lines=(row.line, row.end_line),
        risk=risk,
    )
