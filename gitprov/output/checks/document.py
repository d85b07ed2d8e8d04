"""Findings of the gates as one JSON document."""

from __future__ import annotations

from collections import Counter

from gitprov.model.answers.report import Report
from gitprov.model.canonical import Json
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding, Risk
from gitprov.output.checks.remarks import remark_rows

CLEAN, FINDINGS, COULD_NOT_LOOK, OFF = "clean", "findings", "unknown", "off"
_NO_RISK = Risk("low", "low")


def status(report: Report) -> str:
    """`findings` where something is wrong, `unknown` where something could not be looked at, else `clean`;
    `off` where the policy has the check switched off.
    """
    if not report.enabled:
        return OFF
    levels = {finding.level for finding in report.findings}
    if levels & {ERROR, WARNING}:
        return FINDINGS
    return COULD_NOT_LOOK if UNKNOWN in levels else CLEAN


def document(report: Report) -> dict[str, Json]:
    """The whole answer of a check."""
    wrong, unknown = split(report)
    return {
        "status": status(report),
        "findings": [row(finding) for finding in wrong],
        "unknown": [_unknown(finding) for finding in unknown],
        "vanished": [{"id": rule, "path": path} for rule, path in report.vanished],
        "remarks": remark_rows(report.findings),
        "counts": counts(report),
    }


def split(report: Report) -> tuple[list[Finding], list[Finding]]:
    """The findings, and what could not be looked at."""
    wrong = [finding for finding in report.findings if finding.level in (ERROR, WARNING)]
    return wrong, [finding for finding in report.findings if finding.level == UNKNOWN]


def counts(report: Report) -> dict[str, Json]:
    """How many findings, of which severity, how many fail the check, how many things could not be looked at,
    how many findings a comment or the baseline holds back, and how many lines were judged.
    """
    wrong, unknown = split(report)
    severities = Counter((finding.risk or _NO_RISK).severity for finding in wrong)
    return {
        "findings": len(wrong),
        "failing": sum(finding.level == ERROR for finding in wrong),
        "unknown": len(unknown),
        **{name: severities[name] for name in ("high", "medium", "low")},
        "suppressed": report.suppressed,
        "baseline": report.baseline,
        "lines": report.lines,
    }


def row(finding: Finding) -> dict[str, Json]:
    """One finding."""
    risk = finding.risk or _NO_RISK
    first, last = finding.lines or (None, None)
    return {
        "id": finding.rule,
        "check": finding.check,
        "path": finding.path,
        "line": first,
        "end_line": last,
        "severity": risk.severity,
        "confidence": risk.confidence,
        "cwe": risk.cwe,
        "package": risk.package,
        "message": finding.message,
        "fix": finding.mend,
        "trace": finding.trace,
        "agent": risk.agent,
        "model": risk.model,
        "prompt": risk.prompt,
        "commit": finding.commit,
        "committer": risk.committer,
        "fails": finding.level == ERROR,
        "fingerprint": finding.evidence,
    }


def _unknown(finding: Finding) -> dict[str, Json]:
    return {
        "check": finding.check,
        "path": finding.path,
        "line": finding.lines[0] if finding.lines else None,
        "reason": finding.message,
        "fix": finding.mend,
    }
