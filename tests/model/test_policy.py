"""The policy of checks and its table in the documentation."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gitprov.errors import ConfigError
from gitprov.model.settings.config import Config, apply_personal, parse_config
from gitprov.model.settings.policy import CHECKS, KEYS, CheckPolicy, policy_of
from tests.support.sealed import ROOT


def parsed(table: object, check: str) -> CheckPolicy:
    """The policy that a table `[checks]` gives to a check."""
    return policy_of(parse_config({"checks": table}, "F").checks, check)


def problem(table: object) -> str:
    """The message that parsing a table ends with."""
    with pytest.raises(ConfigError) as caught:
        parse_config({"checks": table}, "F")
    return caught.value.message


def test_nothing_gives_the_defaults() -> None:
    """Without a table and with an empty one; a check that nobody knows has the defaults as well."""
    assert policy_of(Config().checks, "deps") == CheckPolicy()
    assert parsed({}, "deps") == CheckPolicy()
    assert parsed({}, "weather") == CheckPolicy()


def test_every_key_is_read() -> None:
    """Each key lands in its own field."""
    trace: dict[str, Any] = {
        "enabled": False,
        "fail_on": "never",
        "include": ["src/**"],
        "exclude": ["src/old"],
        "severity": {"trace/bypassed": "off"},
        "forbid": ["**"],
        "agents": ["claude-code"],
        "models": ["claude-*"],
        "max_ai_share": 1,
        "max_delta_rate": 0.25,
        "reviewers": ["*@example.com"],
        "registered_prompts": True,
    }
    values = {**trace, **{name: tuple(value) for name, value in trace.items() if isinstance(value, list)}}
    assert parsed({"trace": trace}, "trace") == CheckPolicy(**values)
    assert parsed({"deps": {"max_age_days": 0}}, "deps").max_age_days == 0


def test_keys_and_fields_are_the_same() -> None:
    """No field without a key, no key without a field."""
    assert [key.name for key in KEYS] == list(CheckPolicy._fields)


def test_a_key_of_all_checks() -> None:
    """A check's own value goes first; what is excluded adds up."""
    table = {"fail_on": "high", "exclude": ["vendor"], "deps": {"fail_on": "low", "exclude": ["old"]}}
    assert parsed(table, "deps") == CheckPolicy(fail_on="low", exclude=("vendor", "old"))
    assert parsed(table, "security") == CheckPolicy(fail_on="high", exclude=("vendor",))


def test_paths() -> None:
    """Included, unless excluded; a finding without a path counts always."""
    policy = CheckPolicy(include=("src",), exclude=("src/old",))
    assert [policy.judges(path) for path in ("src/a", "src/old/a", "b", None)] == [True, False, False, True]
    assert CheckPolicy().judges("a")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (1, "F: checks must be a table, not 1"),
        ({"deps": 1}, "F: checks.deps must be a table, not 1"),
        (
            {"deps": {"fail_on": "none"}},
            'F: checks.deps.fail_on must be one of "high", "medium", "low", "never", not "none"',
        ),
        ({"fail_at": "high"}, 'F: checks has no key "fail_at"; the nearest known key is "fail_on"'),
        ({"dep": {}}, 'F: checks has no key "dep"; the nearest known key is "deps"'),
        ({"enabled": False}, 'F: checks has no key "enabled"; the nearest known key is'),
        ({"deps": {"forbid": ["**"]}}, 'F: checks.deps has no key "forbid"'),
        ({"deps": {"severity": {"young": "low"}}}, "F: checks.deps.severity must be a table of rules"),
        (
            {"deps": {"severity": {"deps/young": "none"}}},
            "F: checks.deps.severity must give deps/young one of",
        ),
        ({"exclude": ["/"]}, 'F: checks.exclude must be a list of patterns of paths, not "/"'),
        ({"exclude": ["!a"]}, "F: checks.exclude must be a list of patterns"),
        ({"exclude": ["a" * 201]}, "F: checks.exclude must be a list of patterns"),
        (
            {"trace": {"max_ai_share": 1.5}},
            "F: checks.trace.max_ai_share must be a number from 0 to 1, not 1.5",
        ),
        ({"trace": {"max_ai_share": True}}, "F: checks.trace.max_ai_share must be a number from 0 to 1"),
        ({"trace": {"max_ai_share": "1"}}, "F: checks.trace.max_ai_share must be a number from 0 to 1"),
    ],
)
def test_errors(table: object, message: str) -> None:
    """Each names file, key and type."""
    assert problem(table).startswith(message)


def test_a_person_cannot_change_it() -> None:
    """What a project wants of a change is not for one person to decide."""
    with pytest.raises(ConfigError, match="can only be set in"):
        apply_personal(Config(), {"gitprov.checks": "1"})


def test_documentation_has_exactly_the_keys() -> None:
    """The table in docs/configuration.md is the table of this module."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    section = page.partition("## Keys of `checks`")[2].partition("\n## ")[0]
    rows = [
        f"| `{key.name}` | {'all, and `[checks]`' if key.everywhere else 'all' if key.checks == CHECKS else ', '.join(key.checks)} "
        f"| {key.type} | {key.about} |"
        for key in KEYS
    ]
    assert [line for line in section.splitlines() if re.match(r"\| `", line)] == rows
