"""The fingerprint of a finding: a later run recognizes the same finding though lines moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gitprov.model.canonical import digest_of
from gitprov.model.finding import Finding

Texts = Mapping[str, Sequence[str]]
"""Path → the lines of the file, without their ends."""


def with_fingerprints(findings: Sequence[Finding], texts: Texts) -> list[Finding]:
    """The findings with `evidence`, in the same order.

    It is a digest of rule, path, package, the first line without its layout, and how many equal lines are
    above it in the file. A finding without a line in `texts` has its commit and traces in place of the line,
    or else its message.
    """
    places = {
        path: _occurrences(texts[path]) for path in {finding.path or "" for finding in findings} & {*texts}
    }
    counts: Counter[str] = Counter()
    rows = []
    for finding in findings:
        content, occurrence = _content(finding, places)
        evidence = fingerprint(finding.rule, finding.path, _package(finding), content, occurrence)
        counts[evidence] += 1
        if counts[evidence] > 1:
            evidence = digest_of([evidence, counts[evidence]])
        rows.append(finding._replace(evidence=evidence))
    return rows


def fingerprint(rule: str, path: str | None, package: str | None, content: str, occurrence: int) -> str:
    """The fingerprint (`sha256:…`) of a rule at a line; `content` is normalised, `occurrence` 0-based."""
    return digest_of([rule, path, package, content, occurrence])


def of_lines(rule: str, path: str, package: str | None, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """(line, fingerprint) that a rule would have at each line of a file, 1-based."""
    for number, (content, occurrence) in enumerate(_occurrences(lines), 1):
        yield number, fingerprint(rule, path, package, content, occurrence)


def normalised(line: str) -> str:
    """A line without indentation and with single spaces."""
    return " ".join(line.split())


def _occurrences(lines: Sequence[str]) -> list[tuple[str, int]]:
    """For each line: its normalised text, and how many lines above have the same."""
    counts: Counter[str] = Counter()
    rows = []
    for line in lines:
        text = normalised(line)
        rows.append((text, counts[text]))
        counts[text] += 1
    return rows


def _content(finding: Finding, places: Mapping[str, Sequence[tuple[str, int]]]) -> tuple[str, int]:
    if finding.evidence is not None:
        return finding.evidence, 0
    rows = places.get(finding.path or "", ())
    if finding.lines is not None and 0 < finding.lines[0] <= len(rows):
        return rows[finding.lines[0] - 1]
    if finding.commit is not None or finding.traces:
        return " ".join(filter(None, (finding.commit, *finding.traces))), 0
    return normalised(finding.message), 0


def _package(finding: Finding) -> str | None:
    return finding.risk.package if finding.risk is not None else None
