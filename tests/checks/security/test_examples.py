"""Each rule's bad examples break it, its good examples do not."""

from __future__ import annotations

import pytest

from gitprov.checks.security.check import judge
from gitprov.checks.security.rule import Catalog, SecurityRule
from gitprov.flow.gates.security import rules

BOOK: Catalog = rules()
BAD = [(rule, text) for rule in BOOK.rules for text in rule.bad]
GOOD = [(rule, text) for rule in BOOK.rules for text in rule.good]


def names(text: str) -> set[str]:
    """The rules that a text breaks."""
    judgement = judge("src/app.py", text, BOOK, lambda: 0.0)
    assert judgement.reasons == []
    return {weakness.rule.id for weakness in judgement.weaknesses}


@pytest.mark.parametrize(("rule", "text"), BAD, ids=lambda value: getattr(value, "id", None))
def test_a_bad_example_breaks_its_rule(rule: SecurityRule, text: str) -> None:
    """The rule is among those reported."""
    assert rule.id in names(text)


@pytest.mark.parametrize(("rule", "text"), GOOD, ids=lambda value: getattr(value, "id", None))
def test_a_good_example_is_clean(rule: SecurityRule, text: str) -> None:
    """The rule is not reported."""
    assert rule.id not in names(text)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: SecurityRule) -> None:
    """Severity and confidence are words of the frame; both kinds of examples exist; anchors occur in bad ones."""
    assert {rule.severity, rule.confidence} <= {"high", "medium", "low"}
    assert rule.bad
    assert rule.good
    assert rule.cwe > 0
    assert not rule.message.endswith(".")
    for text in rule.bad:
        assert not rule.anchors or any(word in text for word in rule.anchors)
