"""The values of the page with the tree map of all files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from gitprov.flow.index.files import FileLines
from gitprov.flow.index.report import ReportData
from gitprov.flow.pages.findings import OpenFindings
from gitprov.model.answers.stats import ratio
from gitprov.web import mixes
from gitprov.web.kinds.list_pages import ListPage, list_pages
from gitprov.web.links import file_page
from gitprov.web.mixes import BarPart
from gitprov.web.plots import Rect, treemap

_AREA = Rect(0, 0, 1600, 700)
#: Files that have a rectangle; more would be too small to see.
_MOST = 1500
#: Units of a character of a label, and of the smallest rectangle with one.
_CHARACTER, _LOW, _NARROW = 7.2, 24, 60


class TreeRow(NamedTuple):
    """A file in the list."""

    path: str
    page: str | None
    why: str | None
    lines: int
    ai: float | None
    unknown: float | None
    coverage: float | None
    commits: int
    findings: int
    mix: list[BarPart]
    title: str


class TreeCell(NamedTuple):
    """A rectangle of the map; `ai`, `unknown`, `churn` and `findings` are steps of colour from 0 to 4."""

    page: str
    title: str
    x: float
    y: float
    width: float
    height: float
    label: str
    ai: int
    unknown: int
    churn: int
    findings: int


class DirectoryLabel(NamedTuple):
    """The name of a directory above its files."""

    x: float
    y: float
    text: str


def lists(data: ReportData) -> list[ListPage]:
    """The pages of the list of files; the first has the map as well."""
    return list_pages("tree", data.files)


def values(data: ReportData, answer: OpenFindings, part: ListPage) -> dict[str, Any]:
    """The values of a page of the list."""
    churn = Counter(change.path for change in data.rows.changes)
    findings = Counter(finding.path for finding in answer.findings)
    mapped = data.files if part.number == 1 else part.rows
    rows = {file.path: _row(file, churn[file.path], findings[file.path]) for file in mapped}
    cells, labels = _cells([*rows.values()]) if part.number == 1 else ([], [])
    return {
        "part": part,
        "rows": [rows[file.path] for file in part.rows],
        "total": len(data.files),
        "lines": sum(file.lines for file in data.files),
        "cells": cells,
        "directories": labels,
    }


def lines_of(file: FileLines) -> dict[str, int]:
    """Class → lines of a file."""
    return {cls: file.count(cls) for cls in mixes.CLASSES}


def _row(file: FileLines, commits: int, findings: int) -> TreeRow:
    lines = lines_of(file)
    total = sum(lines.values())
    return TreeRow(
        file.path,
        None if file.why else file_page(file.path),
        file.why,
        file.lines,
        ratio(lines["ai"] + lines["edited"], total),
        ratio(lines["unknown"], total),
        ratio(total - lines["unknown"], total),
        commits,
        findings,
        mixes.parts(lines),
        mixes.words(lines),
    )


def _cells(rows: Sequence[TreeRow]) -> tuple[list[TreeCell], list[DirectoryLabel]]:
    """The rectangles of the files, and the names of their first directories above them."""
    shown = sorted((row for row in rows if row.page and row.lines), key=lambda row: (-row.lines, row.path))
    groups: dict[str, list[TreeRow]] = {}
    for row in shown[:_MOST]:
        groups.setdefault(row.path.partition("/")[0] if "/" in row.path else "", []).append(row)
    ordered = sorted(groups, key=lambda name: (-sum(row.lines for row in groups[name]), name))
    areas = treemap([sum(row.lines for row in groups[name]) for name in ordered], _AREA)
    top = max((row.commits for row in shown), default=0)
    cells: list[TreeCell] = []
    labels: list[DirectoryLabel] = []
    for name, area in zip(ordered, areas, strict=True):
        inner = _inside(area)
        places = treemap([row.lines for row in groups[name]], inner)
        cells += [_cell(row, place, top) for row, place in zip(groups[name], places, strict=True)]
        if inner.y > area.y:
            text = _cut(f"{name}/" if name else "(top)", area.width)
            labels.append(DirectoryLabel(round(area.x + 4, 1), round(area.y + 14, 1), text))
    return cells, labels


def _inside(area: Rect) -> Rect:
    """The part of a directory's area for its files: below its name, where there is room for one."""
    if area.height < 3 * _LOW or area.width < _NARROW:
        return area
    return Rect(area.x, area.y + 20, area.width - 3, area.height - 23)


def _cut(text: str, width: float) -> str:
    """A text cut to what fits into a width."""
    characters = int((width - 12) / _CHARACTER)
    return text if len(text) <= characters else text[: max(characters - 1, 0)] + "…"


def _cell(row: TreeRow, place: Rect, top: int) -> TreeCell:
    label = _cut(row.path.rpartition("/")[2], place.width)
    fits = place.height >= _LOW and place.width >= _NARROW
    return TreeCell(
        row.page or "", f"{row.path}: {row.title}", round(place.x, 1), round(place.y, 1),
        round(place.width, 1), round(place.height, 1), label if fits else "",
        _step(row.ai), _step(row.unknown), _step(row.commits / top if top else 0.0),
        min(row.findings, 4),
    )  # fmt: skip


def _step(share: float | None) -> int:
    """The step of colour of a share from 0 to 1; only nothing has the first."""
    return 0 if not share else min(1 + int(share * 4), 4)
