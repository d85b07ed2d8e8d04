"""The findings that a project has accepted into its baseline, with the traces of their lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.checks.findings import baseline
from gitprov.checks.findings.baseline import BaselineRow
from gitprov.checks.findings.fingerprint import of_lines
from gitprov.git.process import decode
from gitprov.model.exchange.index_rows import FindingEntry
from gitprov.store.index import read
from gitprov.store.index.words import storable

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.store.index.database import Connection

#: Findings of a baseline, and bytes of a file, that are looked at.
_MOST, _LARGEST = 20_000, 1 << 20
ACCEPTED, OPEN = "accepted", "open"
"""The states of findings in the index."""
Lines = Mapping[str, int]
"""Fingerprint → line, 1-based."""


def findings_of(repo: Repository, connection: Connection, number: int, tip: str | None) -> list[FindingEntry]:
    """The rows of the baseline at a commit; none without one, and for a file that is none."""
    rows = _rows(repo, tip)
    places = _places(repo, tip, rows)
    lines = [places.get(row, None) for row in rows]
    paths = {row.path for row, line in zip(rows, lines, strict=True) if line and row.path}
    living = read.living(connection, number, sorted(map(storable, paths)))
    traces = {(part.path, part.first + n): part for part in living for n in range(part.lines)}
    keys = read.keys(connection, number, {part.trace for part in living})
    entries = []
    for row, line in zip(rows, lines, strict=True):
        part = traces.get((storable(row.path or ""), line or 0))
        trace, model, key = (part.trace, part.model, keys.get(part.trace)) if part else (None, None, None)
        where = (row.check, row.id, row.path, line, row.package, row.fingerprint)
        entries.append(FindingEntry(number, *where, trace, model, key, ACCEPTED))
    return entries


def _rows(repo: Repository, tip: str | None) -> list[BaselineRow]:
    data = repo.objects.content(f"{tip}:{baseline.FILE}") if tip else None
    try:
        return [] if data is None else baseline.parse(data.decode("utf-8"))[:_MOST]
    except ValueError:
        return []


def _places(repo: Repository, tip: str | None, rows: Sequence[BaselineRow]) -> dict[BaselineRow, int]:
    """Finding → its line in the file now."""
    texts: dict[str, list[str]] = {}
    lines: dict[tuple[str, str, str | None], Lines] = {}
    out: dict[BaselineRow, int] = {}
    for row in rows:
        if row.path is None or "\n" in row.path:
            continue
        if row.path not in texts:
            texts[row.path] = _text(repo.objects.content(f"{tip}:{row.path}"))
        concerned = row.id, row.path, row.package
        if concerned not in lines:
            places = of_lines(row.id, row.path, row.package, texts[row.path])
            lines[concerned] = {fingerprint: line for line, fingerprint in places}
        if row.fingerprint in lines[concerned]:
            out[row] = lines[concerned][row.fingerprint]
    return out


def _text(content: bytes | None) -> list[str]:
    if content is None or len(content) > _LARGEST:
        return []
    return decode(content).split("\n")
