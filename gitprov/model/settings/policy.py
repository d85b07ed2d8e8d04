"""A project's policy for `gitprov check`: the table `[checks]` of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gitprov.model.settings import globs
from gitprov.model.settings.setting_types import (
    Wrong,
    checked,
    choices,
    flag,
    one_of,
    share,
    shown,
    some_of,
    texts,
    whole,
)

TOOLS = ("ruff", "bandit", "semgrep")
CHECKS = ("trace", "deps", "security", "nondeterminism")
SEVERITIES = ("high", "medium", "low")
"""From the worst."""
OFF = "off"
NEVER = "never"


class CheckPolicy(NamedTuple):
    """The policy of one check. A field that is None or empty has no effect.

    `fail_on`: the least severity with which a finding fails the check, or `never`; None: as each rule has it.
    `include` and `exclude`: patterns of paths (`model.globs`). `severity`: rule → another severity, or `off`.
    The last fields are of the checks that `KEYS` names.
    """

    enabled: bool = True
    fail_on: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    severity: Mapping[str, str] | None = None
    max_age_days: int | None = None
    tools: tuple[str, ...] = ()
    semgrep_rules: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    max_ai_share: float | None = None
    max_delta_rate: float | None = None
    reviewers: tuple[str, ...] = ()
    registered_prompts: bool = False

    def judges(self, path: str | None) -> bool:
        """Whether findings at a path count; findings without a path always do."""
        if path is None:
            return True
        included = not self.include or globs.matches(path, self.include)
        return included and not globs.matches(path, self.exclude)


Policies = Mapping[str, CheckPolicy]
"""Check → its policy, for each of `CHECKS`."""


class PolicyKey(NamedTuple):
    """One key of `[checks.<check>]`. `checks`: the checks that have it; `everywhere`: whether `[checks]`
    itself has it too, for all checks. `type` is its type in words.
    """

    name: str
    checks: tuple[str, ...]
    everywhere: bool
    type: str
    check: Callable[[object], Any]
    about: str


def _globs(value: object) -> tuple[str, ...]:
    patterns = texts(value)
    for pattern in patterns:
        if not pattern.strip("/.") or len(pattern) > globs.LONGEST or pattern.startswith("!"):
            raise Wrong(f"must be a list of patterns of paths, not {shown(pattern)}")
    return patterns


def _severities(value: object) -> Mapping[str, str]:
    levels = (*SEVERITIES, OFF)
    if not isinstance(value, dict) or not all("/" in rule for rule in value):
        raise Wrong(f"must be a table of rules ({shown('deps/young')} = {shown('low')}), not {shown(value)}")
    for rule, level in value.items():
        if level not in levels:
            raise Wrong(f"must give {rule} one of {choices(levels)}, not {shown(level)}")
    return dict(value)


KEYS = (
    PolicyKey("enabled", CHECKS, False, "true or false", flag, "Whether the check looks at anything"),
    PolicyKey("fail_on", CHECKS, True, '"high", "medium", "low" or "never"', one_of((*SEVERITIES, NEVER)), "The least severity that fails the check; without it each rule decides, which is `medium` for most"),
    PolicyKey("include", CHECKS, True, "list of patterns", _globs, "Only these paths are judged"),
    PolicyKey("exclude", CHECKS, True, "list of patterns", _globs, "These paths are not judged; those of `[checks]` and of the check add up"),
    PolicyKey("severity", CHECKS, False, "table", _severities, 'Another severity for single rules; `"off"` switches one off'),
    PolicyKey("max_age_days", ("deps",), False, "whole number", whole(0), "A package that is younger is reported; 180 without it"),
    PolicyKey("tools", ("security",), False, "list of names", some_of(TOOLS), "Other tools whose findings are joined, where they are installed: `ruff` (its `S` rules), `bandit`, `semgrep`"),
    PolicyKey("semgrep_rules", ("security",), False, "list of text", texts, "The rules that semgrep runs: files and directories of the project, or what else its `--config` takes"),
    PolicyKey("forbid", ("trace",), False, "list of patterns", _globs, 'Paths in which no model may write lines; `["**"]` for all'),
    PolicyKey("agents", ("trace",), False, "list of names", texts, "The agents that are allowed; `*` stands for any characters"),
    PolicyKey("models", ("trace",), False, "list of names", texts, "The models that are allowed; `*` stands for any characters"),
    PolicyKey("max_ai_share", ("trace",), False, "number from 0 to 1", share, "Largest share of models' lines among the lines that a range adds"),
    PolicyKey("max_delta_rate", ("trace",), False, "number from 0 to 1", share, "Largest share of a commit's generated lines that people changed or left out"),
    PolicyKey("reviewers", ("trace",), False, "list of names", texts, 'One of these must have reviewed each commit with models\' lines; `["*"]` for anybody'),
    PolicyKey("registered_prompts", ("trace",), False, "true or false", flag, "Each trace must name a [prompt](prompts.md), in its version, that the commit has"),
)  # fmt: skip
"""Every key, in the order of the documentation."""


def policies(value: object) -> Policies:
    """The policies that a parsed table `[checks]` holds. Wrong for anything that is no such table."""
    if not isinstance(value, dict):
        raise Wrong(f"must be a table, not {shown(value)}")
    shared = {key.name: key.check for key in KEYS if key.everywhere}
    common = checked(
        {name: inner for name, inner in value.items() if name not in CHECKS}, shared, tables=CHECKS
    )
    return {check: _policy(check, value.get(check, {}), common) for check in CHECKS}


def policy_of(config: Policies | None, check: str) -> CheckPolicy:
    """The policy of one check; the default for one that the configuration does not name."""
    return (config or {}).get(check, CheckPolicy())


def _policy(check: str, table: object, common: Mapping[str, Any]) -> CheckPolicy:
    fields = checked(table, {key.name: key.check for key in KEYS if check in key.checks}, f".{check}")
    exclude = (*common.get("exclude", ()), *fields.pop("exclude", ()))
    return CheckPolicy(**{**common, **fields, "exclude": exclude})
