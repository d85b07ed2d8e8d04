"""The values of the list of models: what each wrote, and what became of it."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from gitprov.flow.index.report import ReportData
from gitprov.flow.pages.findings import OpenFindings
from gitprov.model.answers.stats import Counts, ratio
from gitprov.web.links import slug

NAMELESS = "(not recorded)"


class ModelRow(NamedTuple):
    """A model in the list; `place` is the id of its row."""

    name: str
    place: str
    lines: int
    share: float | None
    generations: int
    sessions: int
    delta: float | None
    alive: tuple[float | None, ...]
    findings: int


def place_of(name: str) -> str:
    """The id of a model's row."""
    return f"m-{slug(name)}"


def values(data: ReportData, answer: OpenFindings) -> dict[str, Any]:
    """The values of the template, those with most lines first."""
    sessions: dict[str, set[str]] = {}
    for row in data.rows.traces:
        if row.session:
            sessions.setdefault(row.model or NAMELESS, set()).add(row.session)
    findings = Counter(row.risk.model for row in answer.findings if row.risk and row.risk.model)
    rows = [
        _row(data, name, counts, len(sessions.get(name, ())), findings[name])
        for name, counts in data.models.items()
    ]
    return {"rows": sorted(rows, key=lambda row: (-row.lines, row.name))}


def _row(data: ReportData, name: str, counts: Counts, sessions: int, findings: int) -> ModelRow:
    survival = data.answer.by_model.get(name)
    lines = counts.ai + counts.edited + counts.declared
    return ModelRow(
        name, place_of(name), lines, ratio(lines, counts.added), counts.traces, sessions, counts.delta_rate,
        survival.at if survival else (None, None, None), findings,
    )  # fmt: skip
