"""Reports of ruff, bandit and semgrep, as these tools print them, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitprov.checks.security.rule import PREFIX, Catalog
from gitprov.checks.security.tools import codes, merge
from gitprov.checks.security.tools.reports import ToolHit, ToolReport, parse
from gitprov.flow.gates.security import rules
from gitprov.model.finding import ERROR, WARNING, Finding

BOOK: Catalog = rules()


def ruff(code: str | None, line: int, last: int | None = None) -> dict[str, Any]:
    """A result of ruff 0.17."""
    return {
        "cell": None, "code": code, "end_location": {"column": 9, "row": last or line}, "filename": "/t/f0.py",
        "fix": None, "location": {"column": 5, "row": line}, "message": f"What {code} is about.", "name": "a-name",
        "noqa_row": line, "severity": "error", "url": "https://example.com/rule",
    }  # fmt: skip


def bandit(code: str, line: int, level: str = "MEDIUM") -> dict[str, Any]:
    """A result of bandit 1.9."""
    return {
        "code": "5 x\n", "col_offset": 4, "end_col_offset": 9, "filename": "./f0.py", "issue_confidence": "LOW",
        "issue_cwe": {"id": 703, "link": "https://example.com/703"}, "issue_severity": level,
        "issue_text": f"What {code} is about.", "line_number": line, "line_range": [line, line + 1],
        "more_info": "https://example.com/more", "test_id": code, "test_name": "a_name",
    }  # fmt: skip


def semgrep(name: str, line: int, cwe: object, level: str = "ERROR") -> dict[str, Any]:
    """A result of semgrep 1.185."""
    facts = {"cwe": cwe, "confidence": "HIGH"} if cwe is not None else {}
    return {
        "check_id": f"...{name}", "path": "f0.py", "start": {"line": line, "col": 5, "offset": 87},
        "end": {"line": line, "col": 49, "offset": 131},
        "extra": {"message": "Parts of\na query.", "metadata": facts, "severity": level, "lines": "requires login"},
    }  # fmt: skip


def report(tool: str, value: object) -> ToolReport:
    """The report in a document."""
    return parse(tool, json.dumps(value).encode())


def test_ruff() -> None:
    """Its S rules with both lines; a file that does not parse; what reports no weakness is left out."""
    done = report(
        "ruff", [ruff("S608", 3, 4), ruff("S110", 6), ruff("S101", 7), ruff("S403", 1), ruff("E501", 9)]
    )
    rows = [(hit.id, hit.line, hit.end_line, hit.severity, hit.message) for hit in done.hits]
    assert rows == [
        ("security/sql-injection", 3, 4, None, "What S608 is about"),
        ("security/ruff-s110", 6, 6, "low", "What S110 is about"),
    ]
    assert report("ruff", [ruff("invalid-syntax", 1)]).unread == [
        ("/t/f0.py", "What invalid-syntax is about")
    ]
    assert report("ruff", [ruff(None, 1)]).unread


def test_bandit() -> None:
    """Its severity where no rule is about the same, its confidence, its weakness, and files that it left out."""
    document = {
        "errors": [{"filename": "./f1.py", "reason": "syntax error while parsing AST from file"}],
        "results": [bandit("B602", 3), bandit("B112", 5, "HIGH"), bandit("B105", 8), bandit("B404", 1)],
    }
    done = report("bandit", document)
    rows = [(hit.id, hit.line, hit.end_line, hit.severity, hit.confidence, hit.cwe) for hit in done.hits]
    assert rows == [
        ("security/command-injection", 3, 4, None, "low", 703),
        ("security/bandit-b112", 5, 6, "high", "low", 703),
        ("security/hardcoded-secret", 8, 9, "low", "low", 703),
    ]
    assert done.unread == [("./f1.py", "syntax error while parsing AST from file")]
    del document["errors"]
    assert report("bandit", document).unread == []


def test_semgrep() -> None:
    """By the weakness that a rule names; others keep their name; its errors are files that were not judged."""
    done = report(
        "semgrep",
        {
            "results": [
                semgrep("query", 3, ["CWE-89: SQL Injection"]),
                semgrep("Odd_One", 4, "CWE-1: Unknown", "WARNING"),
                semgrep("plain", 5, None, "INFO"),
            ],
            "errors": [{"path": "f1.py", "message": "Syntax error at line 1.", "level": "warn"}],
        },
    )
    assert [(hit.id, hit.severity, hit.confidence, hit.cwe) for hit in done.hits] == [
        ("security/sql-injection", "high", "high", 89),
        ("security/semgrep-odd-one", "medium", "high", 1),
        ("security/semgrep-plain", "low", "medium", None),
    ]
    assert done.hits[0].message == "Parts of a query"
    assert done.unread == [("f1.py", "Syntax error at line 1")]


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("ruff", "{}"), ("ruff", "error: no such option"), ("bandit", "[]"), ("bandit", '{"results": 1}'),
        ("bandit", '{"results": [], "errors": 3}'), ("semgrep", '{"errors": []}'), ("semgrep", "[" * 500),
    ],
)  # fmt: skip
def test_what_is_no_report(tool: str, text: str) -> None:
    """A ValueError, never an empty report."""
    with pytest.raises(ValueError, match=r"."):
        parse(tool, text.encode())


def test_odd_rows() -> None:
    """Rows without a line, of other types and with long messages do no harm."""
    long = ruff("S110", 2) | {"message": "x" * 1000}
    done = report(
        "ruff", [3, None, {"code": "S608"}, ruff("S608", 0), {**ruff("S608", 1), "location": 4}, long]
    )
    assert [len(hit.message) for hit in done.hits] == [300]
    assert (
        report("bandit", {"results": [{**bandit("B602", 3), "line_range": None, "issue_cwe": 3}]}).hits[0].cwe
        is None
    )


def test_every_rule_that_is_named_exists() -> None:
    """The tables name rules of the check; a test is either left out or reported."""
    names = {rule.id.removeprefix(PREFIX) for rule in BOOK.rules}
    assert {*codes.RULES.values(), *codes.WEAKNESSES.values()} <= names
    assert not codes.NO_WEAKNESSES & {*codes.RULES}
    assert {*codes.RULES} >= codes.GUESSES


def hit(tool: str, code: str, line: int, rule: str | None, severity: str | None = None) -> ToolHit:
    """A result in a.py, two lines long."""
    return ToolHit(
        tool, code, "a.py", line, line + 1, "it is bad", rule, severity, "medium", 703, "https://x.example/y"
    )


def test_each_line_and_class_once() -> None:
    """What our rules or another tool report at a line is not repeated; each finding names its tools."""
    ours = [
        Finding("security/sql-injection", ERROR, "m", path="a.py", lines=(4, 5)),
        Finding("security/unread", ERROR, "m", path="a.py"),
    ]
    hits = [
        hit("ruff", "S608", 3, "sql-injection"),
        hit("ruff", "S602", 9, "command-injection"),
        hit("ruff", "S110", 20, None, "low"),
        hit("bandit", "B602", 10, "command-injection"),
        hit("bandit", "B110", 21, None, "high"),
        hit("semgrep", "my-rule", 20, None, "medium"),
        hit("semgrep", "my-rule", 21, None, "medium"),
        hit("semgrep", "my-rule", 40, "no-such-rule", "medium"),
    ]
    both = merge.joined([*hits, hit("bandit", "B608", 5, "sql-injection"), hits[0]], ours, BOOK)
    assert [row.message for row in both[:2]] == ["m (also ruff S608, bandit B608)", "m"]
    rows = both[2:]
    assert [(row.rule, row.lines, row.level) for row in rows] == [
        ("security/command-injection", (9, 10), ERROR),
        ("security/ruff-s110", (20, 21), WARNING),
        ("security/semgrep-my-rule", (20, 21), ERROR),
        ("security/no-such-rule", (40, 41), ERROR),
    ]
    assert rows[0].message.endswith("(ruff S602, bandit B602: it is bad)")
    assert rows[0].risk is not None
    assert (rows[0].risk.severity, rows[0].risk.cwe) == ("high", 78)
    assert rows[1].message == "it is bad (ruff S110, bandit B110)"
    assert (rows[1].mend, rows[1].risk and rows[1].risk.cwe) == ("see https://x.example/y", 703)
    bare = merge.joined([hits[2]._replace(link="javascript:x", message="")], [], BOOK)
    assert bare[0].mend is None
