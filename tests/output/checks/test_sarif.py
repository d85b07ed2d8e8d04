"""Findings as SARIF 2.1.0."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema

from gitprov.model.answers.report import Report
from gitprov.output.checks.sarif import document
from tests.output.checks.samples import EVERYTHING, HIGH, NOTHING, OFF, PASSING, UNSURE

LEVELS = {"none", "note", "warning", "error"}
HELP = {"deps/nonexistent": "A package that does not exist."}


def run_of(report: Report) -> dict[str, Any]:
    """The one run of a document, after JSON."""
    log = json.loads(json.dumps(document(report, "1.2.3", "deps", HELP)))
    assert {*log} == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def check_location(location: dict[str, Any]) -> None:
    """A physical location as the standard and GitHub want it."""
    physical = location["physicalLocation"]
    uri = physical["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), uri
    assert not uri.startswith("/")
    region = physical["region"]
    assert 1 <= region["startLine"] <= region["endLine"]


def test_the_schema() -> None:
    """The published schema accepts reports with everything and with nothing, and rejects a broken one."""
    schema = json.loads((Path(__file__).parent / "vendor" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    reports = (NOTHING, OFF, UNSURE, PASSING, EVERYTHING)
    logs = [json.loads(json.dumps(document(report, "1.2.3", "deps", HELP))) for report in reports]
    for log in logs:
        assert [error.message for error in validator.iter_errors(log)] == []
    log = logs[-1]
    log["runs"][0]["results"][0]["level"] = "bad"
    assert list(validator.iter_errors(log))


def test_required_properties() -> None:
    """What the standard requires of each object, for findings with every field and with none."""
    run = run_of(EVERYTHING)
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("gitprov", "1.2.3")
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len({*ids}) == 3
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert rule["properties"]["precision"] in {"very-high", "high", "medium", "low"}
    assert run["automationDetails"]["id"].endswith("/")
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    assert len(run["results"]) == 3
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["level"] in LEVELS
        assert ids[result["ruleIndex"]] == result["ruleId"]
        (location,) = result["locations"]
        check_location(location)


def test_a_result() -> None:
    """Place, fingerprint, and who wrote the lines."""
    result = run_of(Report((HIGH,)))["results"][0]
    assert result["partialFingerprints"] == {"gitprov/v1": HIGH.evidence}
    assert result["properties"] == {
        "trace": "gen_1",
        "agent": "my-tool",
        "model": "model-1",
        "package": "reqeusts",
        "commit": "c" * 40,
        "committer": "Ada <ada@example.com>",
        "confidence": "medium",
    }
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/requirements%2C%20100%25%3A%20a.txt"
    assert place["region"] == {"startLine": 2, "endLine": 3}
    assert result["message"]["text"] == "there is no package reqeusts. Fix: requests may be meant"


def test_a_rule() -> None:
    """Its help, its weakness."""
    rule = run_of(Report((HIGH,)))["tool"]["driver"]["rules"][0]
    assert rule["name"] == "DepsNonexistent"
    assert rule["help"]["text"] == HELP["deps/nonexistent"]
    assert rule["properties"]["tags"] == ["ai", "deps", "external/cwe/cwe-1104"]


def test_what_could_not_be_looked_at() -> None:
    """Notifications, not results: the run was a success."""
    (invocation,) = run_of(EVERYTHING)["invocations"]
    assert invocation["executionSuccessful"] is True
    first, second = invocation["toolExecutionNotifications"]
    assert first["message"]["text"] == "could not look: it is larger than 8 MiB"
    assert (first["level"], first["descriptor"]["id"]) == ("warning", "deps/unknown")
    check_location(first["locations"][0])
    assert "locations" not in second


def test_nothing() -> None:
    """An empty list of results, which closes earlier ones on a forge."""
    run = run_of(NOTHING)
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
