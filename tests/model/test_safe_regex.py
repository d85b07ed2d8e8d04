"""Patterns of a project: neither slow nor an excuse for everything."""

from __future__ import annotations

import pytest

from gitprov.errors import ConfigError
from gitprov.model.settings.config import parse_config
from gitprov.model.untrusted.safe_regex import is_slow


@pytest.mark.parametrize(
    "regex", [".", "[a-z]", "^ghp_", "AKIA", r"\w+", "(?s).+", "^[A-Z]", "[^x]", "hunter"]
)
def test_an_exception_for_everything_is_refused(regex: str) -> None:
    """What would excuse a real secret is no exception for a test value."""
    with pytest.raises(ConfigError, match="would excuse real secrets"):
        parse_config({"redact": {"allow": [regex]}}, "f")


@pytest.mark.parametrize("regex", ["^tok_test_", "^test-only-[0-9]{4}$", "example[.]com"])
def test_an_exception_for_test_values_is_taken(regex: str) -> None:
    """A literal beginning or a whole value names test values."""
    assert parse_config({"redact": {"allow": [regex]}}, "f").redact_allow == (regex,)


@pytest.mark.parametrize("regex", ["(a+)+$", "(a|aa)+$", "(?:x[0-9]*){2,}y", "a" * 501])
def test_a_slow_pattern_is_refused(regex: str) -> None:
    """A project cannot hold up a commit with a pattern that backtracks without bound."""
    assert is_slow(regex)
    with pytest.raises(ConfigError, match="slow"):
        parse_config({"redact": {"extra": [{"name": "own", "regex": regex}]}}, "f")
    assert not is_slow("DOOR-[0-9]{6}(?:-[a-z]+)?|KEY-[A-Z]+")
