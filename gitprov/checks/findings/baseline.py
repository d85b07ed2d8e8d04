"""The baseline: findings that a project has already and that are not reported.

A file of it is a JSON list, one finding a line, sorted. Each line is whole, comma included, so that branches
that add or remove findings merge as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gitprov.checks.findings.fingerprint import Texts, of_lines
from gitprov.model.canonical import Json, dump
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding
from gitprov.model.ranges import LineSet

FILE = ".gitprov-baseline.json"
"""The file that is read where no other is named."""
VERSION = 1
_HEAD = "gitprov-baseline"


class BaselineRow(NamedTuple):
    """One finding. `check`: the command that reports it."""

    check: str
    id: str
    path: str | None
    package: str | None
    fingerprint: str

    @property
    def order(self) -> tuple[str, str, str, str, str]:
        """The place of the row in a file."""
        return self.path or "", self.check, self.id, self.package or "", self.fingerprint


def row_of(check: str, finding: Finding) -> BaselineRow:
    """The row of a finding that has a fingerprint."""
    package = finding.risk.package if finding.risk is not None else None
    return BaselineRow(check, finding.rule, finding.path, package, finding.evidence or "")


def parse(text: str) -> list[BaselineRow]:
    """The rows of a file. ValueError, with a reason, for anything that is no baseline of this version."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    head = value[0] if isinstance(value, list) and value else None
    if not isinstance(head, dict) or head.get(_HEAD) != VERSION:
        raise ValueError(f"it is no baseline of version {VERSION}")
    return [_row(entry) for entry in value[1:]]


def _row(entry: Json) -> BaselineRow:
    fields = [entry.get(name) for name in BaselineRow._fields] if isinstance(entry, dict) else [None]
    row = BaselineRow(*fields) if len(fields) == len(BaselineRow._fields) else None
    if row is None or not all(isinstance(text, str) for text in (row.check, row.id, row.fingerprint)):
        raise ValueError("a row of it is no finding")
    if not all(isinstance(text, str | None) for text in (row.path, row.package)):
        raise ValueError("a row of it is no finding")
    return row


def dump_rows(rows: Iterable[BaselineRow]) -> str:
    """The text of a file with these rows, each once."""
    head = dump({_HEAD: VERSION}).decode("utf-8")
    lines = [_line(row) for row in sorted(set(rows), key=lambda row: row.order)]
    return "\n".join([f"[{head}", *(f",{line}" for line in lines), "]", ""])


def _line(row: BaselineRow) -> str:
    return dump({name: value for name, value in row._asdict().items() if value is not None}).decode("utf-8")


def without(
    findings: Iterable[Finding], rows: Iterable[BaselineRow], check: str
) -> tuple[list[Finding], int]:
    """The findings that a baseline does not have, and how many it has."""
    fingerprints = {row.fingerprint for row in rows if row.check == check}
    remaining, count = [], 0
    for finding in findings:
        if finding.level in (ERROR, WARNING) and finding.evidence in fingerprints:
            count += 1
        else:
            remaining.append(finding)
    return remaining, count


def vanished(
    rows: Iterable[BaselineRow],
    findings: Sequence[Finding],
    texts: Texts,
    judged: Mapping[str, LineSet],
) -> Iterator[BaselineRow]:
    """The rows whose finding is gone: no line of the file has it any more, or it was looked for and not
    reported.

    `findings`: all that the check reports, with fingerprints; `judged`: path → the lines that it looked at.
    Rows of other files stay, and those of files in which something could not be looked at.
    """
    reported = {finding.evidence for finding in findings}
    doubtful = {finding.path for finding in findings if finding.level == UNKNOWN}
    for row in rows:
        path = row.path
        if row.fingerprint in reported or path is None or path not in texts or path in doubtful:
            continue
        places = of_lines(row.id, path, row.package, texts[path])
        line = next((number for number, text in places if text == row.fingerprint), None)
        if line is None or line in judged.get(path, LineSet()):
            yield row
