"""Findings of the gates as annotations of GitHub, Code Quality of GitLab, and JUnit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitprov.model.answers.report import Report
from gitprov.model.canonical import Json, digest
from gitprov.model.finding import Finding, Risk
from gitprov.output.checks.document import split
from gitprov.output.checks.plain import summary
from gitprov.output.text import cell, clean_block

_GITHUB = {"high": "error", "medium": "warning", "low": "notice"}
_GITLAB = {"high": "critical", "medium": "major", "low": "minor"}
_NO_RISK = Risk("low", "low")
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def github(report: Report) -> Iterator[str]:
    """Workflow commands, the most severe first, then the total: GitHub shows only the first of each kind."""
    order = list(_GITHUB)
    wrong, unknown = split(report)
    for finding in sorted(wrong, key=lambda entry: order.index((entry.risk or _NO_RISK).severity)):
        fields = []
        if finding.path:
            fields.append(f"file={_property(finding.path)}")
        if finding.lines:
            fields += [f"line={finding.lines[0]}", f"endLine={finding.lines[1]}"]
        fields.append(f"title={_property(finding.rule)}")
        text = finding.message + (f"\nfix: {finding.mend}" if finding.mend else "")
        yield f"::{_GITHUB[(finding.risk or _NO_RISK).severity]} {','.join(fields)}::{_message(text)}"
    for finding in unknown:
        place = f" file={_property(finding.path)}" if finding.path else ""
        yield f"::warning{place}::{_message('could not look: ' + finding.message)}"
    yield f"gitprov: {summary(report, strict=True)}"


def github_summary(report: Report, title: str) -> Iterator[str]:
    """Markdown for the summary of a step: all findings, of which annotations show only some."""
    yield f"### {title}: {summary(report, strict=True)}"
    wrong, unknown = split(report)
    if wrong:
        yield ""
        yield "| where | severity | what | fix | written by |"
        yield "|---|---|---|---|---|"
    for finding in wrong:
        place = f"{finding.path or ''}:{finding.lines[0]}" if finding.lines else finding.path or ""
        cells = (
            place,
            (finding.risk or _NO_RISK).severity,
            f"{finding.message} ({finding.rule})",
            finding.mend or "",
            _author(finding),
        )
        yield "| " + " | ".join(cell(text) for text in cells) + " |"
    if unknown:
        yield ""
    for finding in unknown:
        place = f"{finding.path}: " if finding.path else ""
        mend = f" (fix: {finding.mend})" if finding.mend else ""
        yield f"- could not look: {cell(place + finding.message + mend)}"


def _author(finding: Finding) -> str:
    """Agent, model and trace of a finding, and the first line of the prompt where this clone has it."""
    risk = finding.risk or _NO_RISK
    names = " ".join(filter(None, (risk.agent, risk.model)))
    facts = ", ".join(filter(None, (names, finding.trace)))
    return f"{facts}: “{risk.prompt}”" if risk.prompt else facts


def gitlab(report: Report) -> list[Json]:
    """GitLab's Code Quality report."""
    return [
        {
            "description": finding.message,
            "check_name": finding.rule,
            "fingerprint": (finding.evidence or digest(repr(finding).encode("utf-8", "replace"))).rpartition(
                ":"
            )[2],
            "severity": _GITLAB[(finding.risk or _NO_RISK).severity],
            "location": {
                "path": finding.path or ".",
                "lines": {"begin": finding.lines[0] if finding.lines else 1},
            },
        }
        for finding in split(report)[0]
    ]


def junit(report: Report, check: str) -> Iterator[str]:
    """JUnit's XML: a test case for each finding (failure) and for each part not looked at (skipped)."""
    from xml.sax.saxutils import escape  # it imports the modules of HTTP and e-mail

    wrong, unknown = split(report)
    total = len(wrong) + len(unknown) or 1
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    sizes = f'tests="{total}" failures="{len(wrong)}" skipped="{len(unknown)}"'
    yield f'<testsuite name="gitprov {check}" {sizes}>'
    for finding in wrong:
        text = finding.message + (f"\nfix: {finding.mend}" if finding.mend else "")
        yield f"  <testcase classname={_attribute(finding.path or check)} name={_attribute(_name(finding))}>"
        kind, message = _attribute(finding.rule), _attribute(finding.message)
        yield f"    <failure type={kind} message={message}>{escape(_xml(text))}</failure>"
        yield "  </testcase>"
    for finding in unknown:
        yield f"  <testcase classname={_attribute(finding.path or check)} name={_attribute(_name(finding))}>"
        yield f"    <skipped message={_attribute(finding.message)}/>"
        yield "  </testcase>"
    if not wrong and not unknown:
        yield f'  <testcase classname="gitprov" name="{check}"/>'
    yield "</testsuite>"


def _name(finding: Finding) -> str:
    return f"{finding.rule}:{finding.lines[0]}" if finding.lines else finding.rule


def _attribute(text: str) -> str:
    from xml.sax.saxutils import quoteattr

    return quoteattr(_xml(text), {"\n": "&#10;"})


def _xml(text: str) -> str:
    """The text without characters that XML cannot hold; those that steer a terminal are shown as escapes."""
    return _NO_XML.sub("\ufffd", clean_block(text))


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
