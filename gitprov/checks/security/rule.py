"""Rules of the security check: what each is about, and how a place that breaks it is recognized."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import yaml

PYTHON, JAVASCRIPT = "python", "javascript"
LANGUAGES = (PYTHON, JAVASCRIPT)
"""The languages of rules; those of JavaScript are for TypeScript as well."""
GRAMMARS = {
    "py": PYTHON, "pyw": PYTHON, "js": JAVASCRIPT, "mjs": JAVASCRIPT, "cjs": JAVASCRIPT, "jsx": JAVASCRIPT,
    "ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx",
}  # fmt: skip
"""End of a file name → grammar. The parser ends the process for a name that it does not have."""
PREFIX = "security/"


class SecurityRule(NamedTuple):
    """One rule. `id`: as `security/sql-injection`; `group`: its class; `anchors`: words of which a text has
    at least one where the rule can match, none: every text; `pattern`: the configuration for the pattern
    engine, None for a rule whose places code recognizes; `bad` and `good`: examples in the first language.
    """

    id: str
    group: str
    languages: tuple[str, ...]
    cwe: int
    severity: str
    confidence: str
    anchors: tuple[str, ...]
    message: str
    fix: str
    pattern: Mapping[str, Any] | None
    bad: tuple[str, ...]
    good: tuple[str, ...]


class Hit(NamedTuple):
    """A place that breaks a rule. `rule`: its id without the prefix; lines are 1-based and inclusive;
    `detail`: which value is concerned, may be empty.
    """

    rule: str
    line: int
    end_line: int
    detail: str = ""


class Catalog:
    """All rules, by id and language."""

    def __init__(self, rules: Iterable[SecurityRule]) -> None:
        self.rules = tuple(rules)
        self._by_id = {(rule.id, language): rule for rule in self.rules for language in rule.languages}

    def rule(self, name: str, language: str) -> SecurityRule | None:
        """The rule of an id without the prefix; None where the language has none of this id."""
        return self._by_id.get((PREFIX + name, language))

    def of(self, language: str) -> list[SecurityRule]:
        """The rules of a language."""
        return [rule for rule in self.rules if language in rule.languages]

    def texts(self) -> dict[str, str]:
        """Rule id → what it is about."""
        return {rule.id: rule.message for rule in self.rules}


def grammar_of(path: str) -> str | None:
    """The grammar of a file by the end of its name; None for all others."""
    return GRAMMARS.get(path.rpartition("/")[2].rpartition(".")[2].lower()) if "." in path else None


def language_of(path: str) -> str | None:
    """The language whose rules are for a file, by the end of its name; None without any."""
    grammar = grammar_of(path)
    return grammar if grammar is None or grammar == PYTHON else JAVASCRIPT


def catalog(files: Mapping[str, str]) -> Catalog:
    """The rules of some YAML texts, by the class that each text belongs to. ValueError where a rule lacks a
    field or names a language that is not supported.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rules = []
    for name in sorted(files):
        group = name.rpartition("/")[0].rpartition("/")[2]
        rules += [_rule(row, group) for row in yaml.load(files[name], loader)]  # noqa: S506 (a safe loader)
    return Catalog(rules)


def _rule(row: Mapping[str, Any], group: str) -> SecurityRule:
    languages = tuple(row["languages"])
    if not set(languages) <= set(LANGUAGES):
        raise ValueError(f"{row['id']}: a language of {', '.join(languages)} is not supported")
    pattern = {name: row[name] for name in ("rule", "constraints", "utils") if name in row}
    return SecurityRule(
        id=PREFIX + row["id"],
        group=group,
        languages=languages,
        cwe=int(row["cwe"]),
        severity=row["severity"],
        confidence=row["confidence"],
        anchors=tuple(row.get("anchors", ())),
        message=row["message"],
        fix=row["fix"],
        pattern=pattern if "rule" in pattern else None,
        bad=tuple(row["bad"]),
        good=tuple(row["good"]),
    )
