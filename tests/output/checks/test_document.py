"""Findings as one JSON document."""

from __future__ import annotations

import json

from gitprov.output.checks.document import document, status
from tests.output.checks.samples import EVERYTHING, NOTHING, OFF, UNSURE


def test_the_three_values_and_off() -> None:
    """A finding goes before what could not be looked at."""
    assert [status(report) for report in (EVERYTHING, UNSURE, NOTHING, OFF)] == [
        "findings",
        "unknown",
        "clean",
        "off",
    ]


def test_a_finding() -> None:
    """Every field, those without a value as null; remarks are none."""
    answer = json.loads(json.dumps(document(EVERYTHING)))
    first, _, bare = answer["findings"]
    assert first == {
        "id": "deps/nonexistent",
        "check": "deps",
        "path": "src/requirements, 100%: a.txt",
        "line": 2,
        "end_line": 3,
        "severity": "high",
        "confidence": "medium",
        "cwe": 1104,
        "package": "reqeusts",
        "message": "there is no package reqeusts",
        "fix": "requests may be meant",
        "trace": "gen_1",
        "agent": "my-tool",
        "model": "model-1",
        "prompt": "Add <it>",
        "commit": "c" * 40,
        "committer": "Ada <ada@example.com>",
        "fails": True,
        "fingerprint": "sha256:" + "1" * 64,
    }
    assert (bare["path"], bare["line"], bare["severity"], bare["trace"]) == (None, None, "low", None)


def test_the_rest_of_the_document() -> None:
    """What could not be looked at, what is gone from the baseline, and the counts."""
    answer = document(EVERYTHING)
    assert answer["unknown"][0] == {
        "check": "deps",
        "path": "big.lock",
        "line": 7,
        "reason": "it is larger than 8 MiB",
        "fix": "make it smaller",
    }
    assert answer["vanished"] == [{"id": "deps/young", "path": "gone\x1b.txt"}]
    assert answer["counts"] == {
        "findings": 3,
        "failing": 2,
        "unknown": 2,
        "high": 1,
        "medium": 0,
        "low": 2,
        "suppressed": 2,
        "baseline": 3,
        "lines": None,
    }
