"""The values of the list of findings, and of the page of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from gitprov.flow.index.report import ReportData
from gitprov.flow.pages.findings import CHECKS, OpenFindings, by_path
from gitprov.model.finding import Finding
from gitprov.web.cards import CardFacts, Facts3
from gitprov.web.highlight import html_lines
from gitprov.web.kinds.list_pages import SMALL, ListPage, list_pages
from gitprov.web.links import file_page, finding_page, lines_place

SEVERITIES = ("high", "medium", "low")
#: Findings that have a page, the worst ones.
MOST = 2000
#: Lines around those of a finding.
_AROUND = 4
#: Lines of a finding that its page shows.
_LONGEST = 40


class FindingRow(NamedTuple):
    """A finding in a list. `place` is where it is, `source` the page with it."""

    page: str
    severity: str
    rule: str
    message: str
    place: str
    source: str | None
    model: str


class ExcerptLine(NamedTuple):
    """A line of code around a finding; `hit`: it is of the finding."""

    number: int
    hit: bool
    html: Markup


class FindingPages:
    """The findings of a report."""

    def __init__(self, data: ReportData, answer: OpenFindings, cards: CardFacts) -> None:
        self._answer = answer
        self._cards = cards
        self._paths = {file.path: file for file in data.files if not file.why}
        self.shown = answer.findings[:MOST]
        self._names: dict[str, Finding] = {}
        for finding in self.shown:
            self._names[self._name(finding)] = finding
        self._pages = {id(finding): page for page, finding in self._names.items()}
        self._by_path = by_path(answer.findings)
        self._excerpts: dict[int, Sequence[ExcerptLine]] = {}

    def learn(self, path: str, texts: Sequence[Markup]) -> None:
        """Take the lines around the findings of a file from all of its lines as HTML."""
        for finding in self._by_path.get(path, ()):
            self._excerpts[id(finding)] = _excerpt(finding, texts)

    def _name(self, finding: Finding) -> str:
        place = finding.evidence or finding.commit or finding.message
        name = f"{finding.rule} {finding.path or ''} {place} {finding.trace or ''}"
        page, number = finding_page(name), 2
        while page in self._names:
            page, number = finding_page(f"{name} {number}"), number + 1
        return page

    def pages(self) -> dict[str, Finding]:
        """The page of each finding that has one."""
        return self._names

    def counts(self) -> dict[str, int]:
        """Severity → findings."""
        counts = Counter(finding.severity for finding in self._answer.findings)
        return {name: counts[name] for name in SEVERITIES}

    def of_path(self, path: str) -> list[FindingRow]:
        """The findings in a file, by line, for its page."""
        return [self.row(finding, "../") for finding in self._by_path.get(path, ())]

    def lists(self) -> dict[str, list[ListPage]]:
        """Severity → the pages of its list; all lists begin on the same page."""
        return {
            name: list_pages(
                f"findings-{name}",
                [entry for entry in self.shown if entry.severity == name],
                SMALL,
                "findings.html",
            )
            for name in SEVERITIES
        }

    def list_values(self, parts: Mapping[str, ListPage]) -> dict[str, Any]:
        """The values of a page with a part of some lists, by severity."""
        counts = Counter(finding.severity for finding in self.shown)
        groups = [
            (name, part, [self.row(entry, "") for entry in part.rows], counts[name])
            for name, part in parts.items()
        ]
        return {
            "listed": len(self.shown),
            "groups": groups,
            "total": len(self._answer.findings),
            "more": len(self._answer.findings) - len(self.shown),
            "answer": self._answer,
            "checks": CHECKS,
        }

    def row(self, finding: Finding, root: str) -> FindingRow:
        """A finding in a list on a page from which `root` leads to the top."""
        page = self._pages.get(id(finding))
        return FindingRow(
            f"{root}{page}" if page else f"{root}findings.html", finding.severity, finding.rule,
            finding.message, self._place(finding), self._source(finding, root),
            (finding.risk.model if finding.risk else None) or "\u2013",
        )  # fmt: skip

    def _place(self, finding: Finding) -> str:
        if finding.path is None:
            return self._cards.subject(finding.commit) if finding.commit else "\u2013"
        return f"{finding.path}:{finding.lines[0]}" if finding.lines else finding.path

    def _source(self, finding: Finding, root: str) -> str | None:
        if finding.path is None:
            link = self._cards.commit_link(finding.commit or "")
            return root + link.removeprefix("../") if link else None
        if finding.path not in self._paths:
            return None
        place = lines_place(*finding.lines) if finding.lines else ""
        return f"{root}{file_page(finding.path)}{place}"

    def page_values(self, finding: Finding, content: bytes | None) -> dict[str, Any]:
        """The values of the page of a finding; `content`: the bytes of its file."""
        if finding.path is not None and content is not None and id(finding) not in self._excerpts:
            self.learn(finding.path, html_lines(finding.path, content))
        comment = "//" if (finding.path or "").endswith(("js", "ts", "jsx", "tsx", "mjs", "cjs")) else "#"
        return {
            "finding": finding,
            "severity": finding.severity,
            "facts": self._facts(finding),
            "prompt": self._cards.prompt(finding.trace) if finding.trace else None,
            "excerpt": self._excerpts.get(id(finding), ()),
            "comment": f"{comment} gitprov: ignore[{finding.rule}] the reason" if finding.path else None,
        }

    def _facts(self, finding: Finding) -> list[Facts3]:
        risk = finding.risk
        rows: list[Facts3] = [("Rule", finding.rule, None)]
        if risk is not None:
            rows.append(("Severity", f"{risk.severity}; confidence {risk.confidence}", None))
            rows += [("Weakness", f"CWE-{risk.cwe}", None)] if risk.cwe else []
            rows += [("Package", risk.package, None)] if risk.package else []
        rows.append(("Place", self._place(finding), self._source(finding, "../")))
        for trace in finding.traces:
            rows.append(("Trace", trace, self._cards.prompt_link(trace)))
        if risk is not None:
            rows += [("Model", risk.model, None)] if risk.model else []
            rows += [("Agent", risk.agent, None)] if risk.agent else []
            rows += [("Committed by", risk.committer, None)] if risk.committer else []
        if finding.commit and finding.path:
            rows.append(
                ("Commit", self._cards.subject(finding.commit), self._cards.commit_link(finding.commit))
            )
        return rows


def _excerpt(finding: Finding, texts: Sequence[Markup]) -> Sequence[ExcerptLine]:
    if finding.lines is None:
        return ()
    first, last = finding.lines
    last = min(last, first + _LONGEST)
    start, end = max(first - _AROUND, 1), min(last + _AROUND, len(texts))
    return [ExcerptLine(n, first <= n <= last, texts[n - 1]) for n in range(start, end + 1)]
