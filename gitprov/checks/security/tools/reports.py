"""The JSON that ruff, bandit and semgrep print. Paths are those of the files as the tool saw them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from gitprov.checks.security.tools.codes import GUESSES, NO_WEAKNESSES, RULES, WEAKNESSES
from gitprov.model.canonical import Json
from gitprov.model.untrusted import jsonvalue

RUFF, BANDIT, SEMGREP = "ruff", "bandit", "semgrep"
_LEVELS = {"high": "high", "medium": "medium", "low": "low", "error": "high", "warning": "medium"}
_LEVELS |= {"critical": "high", "info": "low"}
_CWE = re.compile(r"CWE-(\d{1,6})")
#: Longest message that is taken over, in characters.
_LONGEST = 300


class ToolHit(NamedTuple):
    """One result. `code`: the tool's name of the test; `path`: as the tool prints it; lines are 1-based and
    inclusive; `rule`: the rule of the security check that is about the same, None for others; `severity`: the
    tool's, or of a guess; None where the rule's counts; `link`: where the tool explains it, may be empty.
    """

    tool: str
    code: str
    path: str
    line: int
    end_line: int
    message: str
    rule: str | None
    severity: str | None
    confidence: str
    cwe: int | None
    link: str

    @property
    def id(self) -> str:
        """The id of the rule, or one of tool and code: `security/ruff-s110`."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.code.lower()).strip("-")[-60:]
        return f"security/{self.rule or f'{self.tool}-{slug}'}"


class ToolReport(NamedTuple):
    """All results of a run; `unread`: (path, reason) of files that the tool could not judge."""

    hits: list[ToolHit]
    unread: list[tuple[str, str]]


def parse(tool: str, data: bytes) -> ToolReport:
    """What a tool printed. ValueError for anything that is no report of it."""
    value = jsonvalue.loads(data, forgiving=True)
    report = ToolReport([], [])
    _READERS[tool](value, report)
    return report


def _ruff(value: Json, report: ToolReport) -> None:
    for row in _rows(value):
        code = _text(row, "code")
        start, end = _object(row, "location"), _object(row, "end_location")
        path = _text(row, "filename")
        if re.fullmatch(r"S\d+", code):
            hit = _numbered(RUFF, code, row, path, _text(row, "message"))
            line = _number(start, "row")
            report.hits.extend(_placed(hit._replace(link=_text(row, "url")), line, _number(end, "row")))
        elif "syntax" in code or not code:
            report.unread.append((path, _line(_text(row, "message"))))


def _bandit(value: Json, report: ToolReport) -> None:
    document = _document(value, "results")
    for row in _rows(document["results"]):
        hit = _numbered(BANDIT, _text(row, "test_id"), row, _text(row, "filename"), _text(row, "issue_text"))
        span = row.get("line_range")
        lines = [line for line in span if isinstance(line, int)] if isinstance(span, list) else []
        start = _number(row, "line_number")
        report.hits.extend(_placed(hit, start, max([start, *lines])))
    report.unread.extend(
        (_text(row, "filename"), _line(_text(row, "reason"))) for row in _rows(document.get("errors", []))
    )


def _numbered(tool: str, code: str, row: Mapping[str, Json], path: str, message: str) -> ToolHit:
    """A result of ruff or bandit, whose tests have the same numbers."""
    number = code[1:]
    rule = RULES.get(number)
    severity = _LEVELS.get(_text(row, "issue_severity").lower(), "low")
    level = "low" if number in GUESSES else severity if rule is None else None
    confidence = _LEVELS.get(_text(row, "issue_confidence").lower(), "medium")
    cwe = _number(_object(row, "issue_cwe"), "id") or None
    return ToolHit(
        tool, code, path, 0, 0, _line(message), rule, level, confidence, cwe, _text(row, "more_info")
    )


def _semgrep(value: Json, report: ToolReport) -> None:
    document = _document(value, "results")
    for row in _rows(document["results"]):
        extra = _object(row, "extra")
        facts = _object(extra, "metadata")
        cwe = _weakness(facts.get("cwe"))
        name = WEAKNESSES.get(cwe) if cwe is not None else None
        hit = ToolHit(
            tool=SEMGREP,
            code=_text(row, "check_id").rpartition(".")[2],
            path=_text(row, "path"),
            line=0,
            end_line=0,
            message=_line(_text(extra, "message")),
            rule=name,
            severity=_LEVELS.get(_text(extra, "severity").lower(), "medium"),
            confidence=_LEVELS.get(_text(facts, "confidence").lower(), "medium"),
            cwe=cwe,
            link=_text(facts, "source"),
        )
        first, last = _number(_object(row, "start"), "line"), _number(_object(row, "end"), "line")
        report.hits.extend(_placed(hit, first, last))
    report.unread.extend(
        (_text(row, "path"), _line(_text(row, "message"))) for row in _rows(document.get("errors", []))
    )


def _weakness(value: Json) -> int | None:
    texts = value if isinstance(value, list) else [value]
    numbers = [_CWE.match(text) for text in texts if isinstance(text, str)]
    return next((int(match[1]) for match in numbers if match), None)


def _placed(hit: ToolHit, first: int, last: int) -> Iterator[ToolHit]:
    """The result at its lines; none of a test that is left out, or without a line."""
    if first > 0 and not (hit.tool != SEMGREP and hit.code[1:] in NO_WEAKNESSES):
        yield hit._replace(line=first, end_line=max(first, last))


# -- JSON of others ------------------------------------------------------------------------------------------


def _document(value: Json, name: str) -> Mapping[str, Json]:
    if not isinstance(value, dict) or not isinstance(value.get(name), list):
        raise ValueError(f"it has no list {name!r}")
    return value


def _rows(value: Json) -> list[dict[str, Json]]:
    if not isinstance(value, list):
        raise ValueError("it is no list")
    return [row for row in value if isinstance(row, dict)]


def _object(row: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _text(row: Mapping[str, Json], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _number(row: Mapping[str, Json], name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _line(text: str) -> str:
    """A message as one line without a full stop."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


_READERS: Mapping[str, Callable[[Json, ToolReport], None]] = {
    RUFF: _ruff,
    BANDIT: _bandit,
    SEMGREP: _semgrep,
}
