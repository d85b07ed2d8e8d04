"""The values of the page with the tree map of all files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gitprov.flow.index.files import FileLines
from gitprov.flow.index.report import ReportData
from gitprov.flow.pages.findings import OpenFindings
from gitprov.model.answers.stats import ratio
from gitprov.web import mixes
from gitprov.web.kinds.list_pages import SMALL, ListPage, list_pages
from gitprov.web.links import file_page
from gitprov.web.mixes import BarPart
from gitprov.web.plots import Rect, treemap

_AREA = Rect(0, 0, 1600, 700)
#: Files with a rectangle of their own, and directories with a name: the page has at most 150 KB.
_MOST, _DIRECTORIES = 200, 30
#: The place of the list.
_LIST = "#all"
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
    classes: Mapping[str, int]


class TreeCell(NamedTuple):
    """A rectangle of the map: a file, or the smaller files of a directory.

    `ai`, `unknown`, `churn` and `findings` are steps of colour from 0 to 4.
    """

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
    return list_pages("tree", data.files, SMALL)


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
        "grouped": any(cell.page == _LIST for cell in cells),
        "directories": labels,
    }


def lines_of(file: FileLines) -> dict[str, int]:
    """Class → lines of a file."""
    return {cls: file.count(cls) for cls in mixes.CLASSES}


def _row(file: FileLines, commits: int, findings: int) -> TreeRow:
    lines = lines_of(file)
    return TreeRow(
        file.path, None if file.why else file_page(file.path), file.why, file.lines, *_shares(lines), commits,
        findings, mixes.parts(lines), mixes.words(lines), lines,
    )  # fmt: skip


def _shares(lines: Mapping[str, int]) -> tuple[float | None, float | None, float | None]:
    """The shares of lines of models, of unknown ones, and of those with evidence."""
    total = sum(lines.values())
    return (
        ratio(lines["ai"] + lines["edited"], total),
        ratio(lines["unknown"], total),
        ratio(total - lines["unknown"], total),
    )


def _cells(rows: Sequence[TreeRow]) -> tuple[list[TreeCell], list[DirectoryLabel]]:
    """The rectangles of the files, and the names of their first directories above them."""
    shown = sorted((row for row in rows if row.page and row.lines), key=lambda row: (-row.lines, row.path))
    top = max((row.commits for row in shown), default=0)
    cells: list[TreeCell] = []
    labels: list[DirectoryLabel] = []
    groups = _groups(shown)
    areas = treemap([sum(row.lines for row in group) for group in groups.values()], _AREA)
    for (name, group), area in zip(groups.items(), areas, strict=True):
        inner = _inside(area)
        places = treemap([row.lines for row in group], inner)
        cells += [_cell(row, place, top) for row, place in zip(group, places, strict=True)]
        if inner.y > area.y:
            labels.append(DirectoryLabel(round(area.x + 4, 1), round(area.y + 14, 1), _cut(name, area.width)))
    return cells, labels


def _groups(shown: Sequence[TreeRow]) -> dict[str, list[TreeRow]]:
    """Name of a first directory → its rows, largest first; the small files of each are a single row."""
    sizes: Counter[str] = Counter()
    for row in shown:
        sizes[_directory(row.path)] += row.lines
    names = {name for name, _ in sorted(sizes.items(), key=lambda size: (-size[1], size[0]))[:_DIRECTORIES]}
    groups: dict[str, list[TreeRow]] = {}
    small: dict[str, list[TreeRow]] = {}
    for n, row in enumerate(shown):
        directory = _directory(row.path)
        name = directory if directory in names else "(others)"
        (groups if n < _MOST else small).setdefault(name, []).append(row)
    for name, rest in small.items():
        group = [*groups.get(name, []), rest[0] if len(rest) == 1 else _together(name, rest)]
        groups[name] = sorted(group, key=lambda row: (-row.lines, row.path))
    return dict(sorted(groups.items(), key=lambda item: (-sum(row.lines for row in item[1]), item[0])))


def _directory(path: str) -> str:
    first, slash, _ = path.partition("/")
    return first + slash if slash else "(top)"


def _together(name: str, rows: Sequence[TreeRow]) -> TreeRow:
    """A single row for several files, which leads to the list."""
    text = f"{len(rows):,} smaller files"
    lines: Counter[str] = Counter()
    for row in rows:
        lines.update(row.classes)
    sums = _shares(lines)
    return TreeRow(
        text, _LIST, None, sum(row.lines for row in rows), *sums, max(row.commits for row in rows),
        max(row.findings for row in rows), [], f"{mixes.words(lines)}, in {name}", lines,
    )  # fmt: skip


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
