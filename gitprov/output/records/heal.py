"""Output of `gitprov heal` as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gitprov.model.wording import amount
from gitprov.output.text import PLAIN, clean, paint

if TYPE_CHECKING:
    from gitprov.model.answers.heal import Healed, HealReport, LineSource

COLOURS: Mapping[str, str] = {"commit": "\x1b[33m", "problem": "\x1b[31m"}
_SHORT = 12
_SHOWN = 3


def lines(report: HealReport, colours: Mapping[str, str] = PLAIN) -> Iterator[str]:
    """The report as text: one line for each healed commit, two for an unhealed one, and a summary."""
    for commit in report.healed:
        yield _healed(commit, report.written, colours)
    for fault in report.unhealed:
        head = paint(fault.oid[:_SHORT], colours.get("commit", ""))
        mark = paint("not healed", colours.get("problem", ""))
        yield f"{head} {mark}: {clean(fault.reason)}  ({clean(fault.subject)})"
        yield f"    help: {clean(fault.help)}"
    yield from _summary(report)


def _healed(commit: Healed, written: bool, colours: Mapping[str, str]) -> str:
    head = paint(commit.oid[:_SHORT], colours.get("commit", ""))
    traces = f" of {_some(map(clean, commit.traces))}" if commit.traces else ""
    count = amount(commit.lines, "line")
    verb = "healed" if written else "would heal"
    pushed = ", pushed" if commit.pushed else ""
    return (
        f"{head} {verb}: {count}{traces} from {_sources(commit.sources)}{pushed}  ({clean(commit.subject)})"
    )


def _sources(sources: tuple[LineSource, ...]) -> str:
    named = [f"{one.oid[:_SHORT]} ({clean(one.how)})" if one.oid else clean(one.how) for one in sources]
    return _some(named) or "its own earlier note"


def _some(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    first = list(names)
    more = [f"{len(first) - _SHOWN} more"] if len(first) > _SHOWN else []
    return ", ".join([*first[:_SHOWN], *more])


def _summary(report: HealReport) -> Iterator[str]:
    done = f"{len(report.healed)} {'healed' if report.written else 'to heal'}"
    parts = [
        f"looked at {report.looked:,} ({clean(report.scope)})",
        done if report.healed else "nothing to heal",
    ]
    if report.unhealed:
        parts.append(f"{len(report.unhealed)} could not be healed")
    if report.settled:
        parts.append(f"{len(report.settled)} hold no line of a trace that they name")
    yield "; ".join(parts)
    if report.why_not and report.healed:
        yield f"nothing was written: {report.why_not}"


def as_json(report: HealReport) -> str:
    """The report as one JSON document."""
    return json.dumps(
        {
            "scope": report.scope,
            "looked": report.looked,
            "written": report.written,
            "why_not": report.why_not,
            "healed": [
                {**commit._asdict(), "sources": [source._asdict() for source in commit.sources]}
                for commit in report.healed
            ],
            "unhealed": [commit._asdict() for commit in report.unhealed],
            "settled": list(report.settled),
        }
    )
