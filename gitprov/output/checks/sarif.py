"""Findings of the gates as SARIF 2.1.0, for code scanning and for editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from gitprov.model.answers.report import Report
from gitprov.model.canonical import Json
from gitprov.model.finding import Finding, Risk
from gitprov.output.checks.document import row, split

_LEVELS = {"high": "error", "medium": "warning", "low": "note"}
_SCORES = {"high": "8.0", "medium": "5.0", "low": "2.0"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def document(report: Report, version: str, category: str, help_texts: Mapping[str, str]) -> dict[str, Json]:
    """One run. `category`: tells runs of several checks apart; `help_texts`: rule → what it is about."""
    wrong, unknown = split(report)
    rules = sorted({finding.rule for finding in wrong})
    notes = [_notification(finding) for finding in unknown]
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": "gitprov",
                "semanticVersion": version,
                "rules": [_rule(rule, wrong, help_texts) for rule in rules],
            }
        },
        "automationDetails": {"id": f"gitprov/{category}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top directory of the repository"}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_result(finding, rules) for finding in wrong],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: str, findings: Sequence[Finding], help_texts: Mapping[str, str]) -> dict[str, Json]:
    risk = next((entry.risk for entry in findings if entry.rule == rule and entry.risk is not None), None)
    risk = risk or Risk("low", "low")
    tags = ["ai", rule.partition("/")[0]] + ([f"external/cwe/cwe-{risk.cwe:03d}"] if risk.cwe else [])
    text = help_texts.get(rule, rule)
    return {
        "id": rule,
        "name": "".join(part.capitalize() for part in rule.replace("/", "-").split("-")),
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[risk.severity]},
        "properties": {
            "tags": tags,
            "precision": {"high": "high", "medium": "medium"}.get(risk.confidence, "low"),
            "security-severity": _SCORES[risk.severity],
        },
    }


def _result(finding: Finding, rules: Sequence[str]) -> dict[str, Json]:
    risk = finding.risk or Risk("low", "low")
    facts = row(finding)
    result: dict[str, Json] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS[risk.severity],
        "message": {"text": finding.message + (f". Fix: {finding.mend}" if finding.mend else "")},
        "properties": {
            name: facts[name]
            for name in ("trace", "agent", "model", "package", "commit", "committer", "confidence")
            if facts[name]
        },
    }
    result["locations"] = [_location(finding)]
    if finding.evidence:
        result["partialFingerprints"] = {"gitprov/v1": finding.evidence}
    return result


def _location(finding: Finding) -> dict[str, Json]:
    path = (finding.path or ".").encode("utf-8", "surrogateescape")
    place: dict[str, Json] = {"artifactLocation": {"uri": quote(path, safe="/"), "uriBaseId": "%SRCROOT%"}}
    first, last = finding.lines or (1, 1)
    place["region"] = {"startLine": first, "endLine": last}
    return {"physicalLocation": place}


def _notification(finding: Finding) -> dict[str, Json]:
    note: dict[str, Json] = {
        "level": "warning",
        "message": {"text": f"could not look: {finding.message}"},
        "descriptor": {"id": f"{finding.check}/unknown"},
    }
    if finding.path:
        note["locations"] = [_location(finding)]
    return note
