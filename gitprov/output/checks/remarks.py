"""Remarks of a check, which never fail it: for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitprov.model.canonical import Json
from gitprov.model.finding import INFO, Finding
from gitprov.output.text import clean


def remark_rows(findings: Iterable[Finding]) -> list[Json]:
    """The remarks among some findings as JSON objects."""
    return [
        {"id": finding.rule, "check": finding.check, "message": finding.message, "fix": finding.mend}
        for finding in findings
        if finding.level == INFO
    ]


def remark_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The remarks among some findings as lines of text."""
    for finding in findings:
        if finding.level == INFO:
            advice = f"; {finding.mend}" if finding.mend else ""
            yield f"note: {clean(finding.message)}{clean(advice)} [{finding.rule}]"
