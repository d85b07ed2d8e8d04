"""The report of `gitprov backfill`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitprov.model.answers.backfill import BackfillReport
from gitprov.model.wording import amount
from gitprov.output.text import clean

_SHORT = 12


def as_json(report: BackfillReport) -> dict[str, Any]:
    """The report as a JSON object."""
    return {
        "v": 1,
        **report._asdict(),
        "measured": [{**commit._asdict(), "agents": list(commit.agents)} for commit in report.measured],
        "declared": [commit._asdict() for commit in report.declared],
        "skipped": dict(report.skipped),
    }


def lines(report: BackfillReport) -> Iterator[str]:
    """The report as text: one line for each commit, and a summary."""
    verb = "would get" if report.dry else "got"
    for commit in report.measured:
        count = amount(commit.lines, "line")
        agents = ", ".join(map(clean, commit.agents))
        yield f"{commit.oid[:_SHORT]} {verb} a note: {count} of {agents}  ({clean(commit.subject)})"
    for declared in report.declared:
        agent = clean(declared.agent or "an agent")
        yield f"{declared.oid[:_SHORT]} only declares {agent}: no note is needed  ({clean(declared.subject)})"
    done = f"{len(report.measured)} {verb} a note" if report.measured else "nothing to write"
    had = f"{report.noted:,} had a note" if report.noted else "none had a note"
    yield f"looked at {report.looked:,} ({clean(report.scope)}): {had}, {done}"
    for reason, number in sorted(report.skipped.items()):
        yield f"skipped: {number} {reason}"
