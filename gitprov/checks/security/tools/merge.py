"""Results of other tools as findings, each line and class once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gitprov.checks.security.rule import Catalog, SecurityRule
from gitprov.checks.security.tools.reports import SEMGREP, ToolHit
from gitprov.model.finding import ERROR, WARNING, Finding, Risk


class _Merged(NamedTuple):
    """A result, and the tools that report the same."""

    hit: ToolHit
    names: tuple[str, ...]


def joined(hits: Iterable[ToolHit], ours: Sequence[Finding], catalog: Catalog) -> list[Finding]:
    """The findings `ours`, then the results that none of them reports: in the same file, at one of the same
    lines, of the same class. The message of a finding of `ours` names the tools that report the same. Of
    several tools with another result the first counts, and the message names all.
    """
    rules: dict[str, SecurityRule] = {}
    for rule in catalog.rules:
        rules.setdefault(rule.id, rule)
    places: dict[tuple[str | None, int, str], list[int]] = {}
    for at, finding in enumerate(ours):
        if finding.rule in rules and finding.lines is not None:
            for line in range(finding.lines[0], finding.lines[1] + 1):
                places.setdefault((finding.path, line, rules[finding.rule].group), []).append(at)
    rows: dict[tuple[str, str], list[_Merged]] = {}
    names: dict[int, dict[str, None]] = {}
    for hit in hits:
        group = _group(hit, rules)
        name = f"{hit.tool} {hit.code}"
        lines = range(hit.line, hit.end_line + 1)
        same = {at for line in lines for at in places.get((hit.path, line, group), ())}
        for at in same:
            names.setdefault(at, {})[name] = None
        if not same:
            _add(rows.setdefault((hit.path, group), []), _Merged(hit, (name,)))
    marked = [_marked(finding, names.get(at, {})) for at, finding in enumerate(ours)]
    return marked + [_finding(row, rules.get(row.hit.id)) for merged in rows.values() for row in merged]


def _marked(finding: Finding, names: Iterable[str]) -> Finding:
    """The finding, whose message names the tools that report the same."""
    also = ", ".join(names)
    return finding._replace(message=f"{finding.message} (also {also})") if also else finding


def _group(hit: ToolHit, rules: dict[str, SecurityRule]) -> str:
    """The class; where no rule is about the same: the weakness, or the test, alone."""
    rule = rules.get(hit.id)
    if rule is not None:
        return rule.group
    return hit.code if hit.tool == SEMGREP else hit.code[1:]


def _add(rows: list[_Merged], row: _Merged) -> None:
    """Append a result of a file and class, or its tool's name to the same result of another tool."""
    for at, other in enumerate(rows):
        apart = row.hit.line > other.hit.end_line or row.hit.end_line < other.hit.line
        if not apart and row.names[0] not in other.names:
            rows[at] = other._replace(names=(*other.names, *row.names))
        if not apart:
            return
    rows.append(row)


def _finding(row: _Merged, rule: SecurityRule | None) -> Finding:
    hit = row.hit
    severity = hit.severity or (rule.severity if rule is not None else "low")
    tools = ", ".join(row.names)
    text = rule.message if rule is not None else hit.message
    detail = f"{tools}: {hit.message}" if rule is not None and hit.message else tools
    more = f"see {hit.link}" if hit.link.startswith(("https://", "http://")) else None
    return Finding(
        hit.id,
        WARNING if severity == "low" else ERROR,
        f"{text} ({detail})",
        rule.fix if rule is not None else more,
        path=hit.path,
        lines=(hit.line, hit.end_line),
        risk=Risk(severity, hit.confidence, rule.cwe if rule is not None else hit.cwe),
    )
