"""Findings of the gates as one JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gitprov.model.canonical import Json
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding, Risk

CLEAN, FINDINGS, COULD_NOT_LOOK = "clean", "findings", "unknown"
_NO_RISK = Risk("low", "low")


def status(findings: Sequence[Finding]) -> str:
    """`findings` where something is wrong, `unknown` where something could not be looked at, else `clean`."""
    levels = {finding.level for finding in findings}
    if levels & {ERROR, WARNING}:
        return FINDINGS
    return COULD_NOT_LOOK if UNKNOWN in levels else CLEAN


def document(findings: Sequence[Finding]) -> dict[str, Json]:
    """The whole answer of a check."""
    certain = [finding for finding in findings if finding.level in (ERROR, WARNING)]
    unknown = [finding for finding in findings if finding.level == UNKNOWN]
    return {
        "status": status(findings),
        "findings": [row(finding) for finding in certain],
        "unknown": [_unknown(finding) for finding in unknown],
        "counts": counts(findings),
    }


def counts(findings: Sequence[Finding]) -> dict[str, Json]:
    """How many findings, of which severity, and how many things could not be looked at."""
    certain = [finding for finding in findings if finding.level in (ERROR, WARNING)]
    severities = Counter((finding.risk or _NO_RISK).severity for finding in certain)
    return {
        "findings": len(certain),
        "unknown": sum(finding.level == UNKNOWN for finding in findings),
        **{name: severities[name] for name in ("high", "medium", "low")},
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
        "commit": finding.commit,
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
