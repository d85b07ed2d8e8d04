"""Each rule's bad examples break it, its good examples do not."""

from __future__ import annotations

import pytest

from gitprov.checks.security.check import judge
from gitprov.checks.security.rule import Catalog, SecurityRule
from gitprov.flow.gates.security import rules
from tests.support.sealed import ROOT

BOOK: Catalog = rules()


SUFFIXES = {"python": ("py",), "javascript": ("js", "ts")}
LANGUAGES = {"python": "Python", "javascript": "JavaScript"}


def names(rule: SecurityRule, text: str) -> list[set[str]]:
    """The rules that a text breaks, in each grammar of the rule's language that can read it."""
    rows = []
    for suffix in SUFFIXES[rule.languages[0]]:
        judgement = judge(f"src/app.{suffix}", text, BOOK, lambda: 0.0)
        if not any("does not parse" in reason for reason in judgement.reasons):
            assert judgement.reasons == []
            rows.append({weakness.rule.id for weakness in judgement.weaknesses})
    assert rows
    return rows


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: f"{rule.id}-{rule.languages[0]}")
def test_examples(rule: SecurityRule) -> None:
    """The rule is among those reported for each bad example, and for no good example."""
    for text in rule.bad:
        assert all(rule.id in ids for ids in names(rule, text)), text
    for text in rule.good:
        assert not any(rule.id in ids for ids in names(rule, text)), text


def test_rules_are_complete() -> None:
    """Severity and confidence are words of the frame; both kinds of examples exist; anchors occur in bad ones."""
    for rule in BOOK.rules:
        assert {rule.severity, rule.confidence} <= {"high", "medium", "low"}
        assert rule.bad
        assert rule.good
        assert rule.cwe > 0
        assert not rule.message.endswith(".")
        for text in rule.bad:
            assert not rule.anchors or any(word in text for word in rule.anchors), text


def test_the_page_has_every_rule() -> None:
    """The table of docs/checks/security.md is made of the rules."""
    page = (ROOT / "docs/checks/security.md").read_text(encoding="utf-8")
    ordered = sorted(BOOK.rules, key=lambda rule: (rule.group, rule.id, rule.languages[::-1]))
    rows = [
        f"| `{rule.id}` | {LANGUAGES[rule.languages[0]]} | {rule.group} | {rule.cwe} | {rule.severity}, {rule.confidence} "
        f"| {rule.message} | {rule.fix} |"
        for rule in ordered
    ]
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows
