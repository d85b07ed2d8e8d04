"""Findings of the gates for a person: place, message, source line, who wrote it, how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from gitprov.model.answers.report import Report
from gitprov.model.finding import Finding
from gitprov.model.wording import amount
from gitprov.output.checks.document import counts, split
from gitprov.output.checks.remarks import remark_lines
from gitprov.output.text import clean

#: Longest source line shown, in characters.
_WIDEST = 160
Paint = Callable[[str, str], str]
"""From a text and its part (`high`, `medium`, `low`, `place`, `mark`, `dim`) to the text in colour."""


def lines(report: Report, sources: Mapping[str, Sequence[str]], paint: Paint, strict: bool) -> Iterator[str]:
    """Each finding with its source line (`sources`: path → lines), then what could not be looked at, what is
    gone from the baseline, and a summary.
    """
    wrong, unknown = split(report)
    for finding in wrong:
        yield from _finding(finding, sources, paint)
        yield ""
    for finding in unknown:
        reason = ": ".join(filter(None, (_place(finding), clean(finding.message))))
        yield f"could not look: {reason} [{finding.check}]"
        if finding.mend:
            yield paint(f"  fix: {clean(finding.mend)}", "dim")
    yield from remark_lines(report.findings)
    for rule, path in report.vanished:
        yield paint(f"gone, still in the baseline: {clean(path)} [{clean(rule)}]", "dim")
    yield summary(report, strict)


def summary(report: Report, strict: bool) -> str:
    """One line: how many findings, how much could not be looked at, and how many findings are held back."""
    if not report.enabled:
        return "switched off by the policy of this project"
    total = counts(report)
    number, unknown = total["findings"], total["unknown"]
    text = amount(number, "finding") if number else "clean"
    if not number and report.lines is not None:
        text += f": {amount(report.lines, 'line')} judged"
    if number and not total["failing"]:
        text += " (none fails the check)"
    if unknown:
        text += f", {unknown} could not be looked at" + (" (fails under --strict)" if not strict else "")
    if report.suppressed:
        text += f", {report.suppressed} suppressed by comments"
    return text + (f", {report.baseline} in the baseline" if report.baseline else "")


def _finding(finding: Finding, sources: Mapping[str, Sequence[str]], paint: Paint) -> Iterator[str]:
    risk = finding.risk
    severity = risk.severity if risk is not None else "low"
    place, word = paint(_place(finding), "place"), paint(severity, severity)
    yield f"{place}: {word}: {clean(finding.message)} [{finding.rule}]"
    source = sources.get(finding.path or "", ())
    if finding.lines is not None and finding.lines[0] <= len(source):
        text = source[finding.lines[0] - 1].expandtabs(4)
        body = text.strip()[:_WIDEST]
        indent = min(len(text) - len(text.lstrip()), 16)
        number = str(finding.lines[0])
        yield f"  {number} | {' ' * indent}{clean(body)}"
        yield f"  {' ' * len(number)} | {' ' * indent}{paint('^' * max(len(body), 1), 'mark')}"
    if finding.trace is not None and risk is not None:
        author = " ".join(filter(None, (risk.agent, risk.model)))
        person = f", committed by {clean(risk.committer)}" if risk.committer else ""
        prompt = f": “{clean(risk.prompt)}”" if risk.prompt else ""
        yield paint(
            f"  written by {clean(author) or 'a model'}, {clean(finding.trace)}{person}{prompt}", "dim"
        )
    if finding.mend:
        yield f"  fix: {clean(finding.mend)}"


def _place(finding: Finding) -> str:
    path = clean(finding.path or (finding.commit or "")[:12])
    return f"{path}:{finding.lines[0]}" if finding.lines is not None else path
