"""The values of the overview page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from gitprov.attribution.statistics import shares
from gitprov.flow.index.report import ReportData
from gitprov.model.answers.stats import BAND, Counts, Survival, WeekDelta, place_in_band, ratio
from gitprov.model.exchange.index_rows import CommitEntry
from gitprov.model.moments import day_of
from gitprov.web import mixes, plots
from gitprov.web.kinds.models import place_of
from gitprov.web.plots import Dot, PlotAxis

_WIDTH, _HEIGHT = 900.0, 160.0
_WEEK = 7 * 86400
#: Monday before 1970-01-01, in seconds.
_MONDAY = -3 * 86400
#: Bars of a plot; with more weeks a bar is four weeks.
_MOST_BARS = 60
#: Models that are shown on their own.
_MOST_MODELS = 12


class Stack(NamedTuple):
    """A bar of parts by class."""

    parts: list[StackPart]
    title: str


class StackPart(NamedTuple):
    """A part of a stacked bar."""

    cls: str
    x: float
    y: float
    width: float
    height: float


class ModelBars(NamedTuple):
    """A model's lines over time."""

    name: str
    bars: str
    lines: int
    share: float | None
    delta: float | None
    place: str


class SurvivalCurve(NamedTuple):
    """A model's survival curve and that of all models."""

    name: str
    path: str
    whole: str
    at: tuple[float | None, ...]
    lines: int


class TimeLine(NamedTuple):
    """A line over time: a share or None for each moment; `colour` is a variable of the style sheet."""

    name: str
    colour: str
    y: list[float | None]
    dash: list[int] | None = None


class Times(NamedTuple):
    """Bars of `size` seconds from `start`."""

    start: int
    size: int
    bars: int

    @classmethod
    def of(cls, commits: Sequence[CommitEntry]) -> Times:
        """Weeks, or four weeks where there are many, that hold all the commits."""
        moments = [commit.authored for commit in commits]
        first = (min(moments, default=0) - _MONDAY) // _WEEK
        weeks = (max(moments, default=0) - _MONDAY) // _WEEK - first + 1
        size = 1 if weeks <= _MOST_BARS else max(4, -(-weeks // _MOST_BARS))
        return cls(first * _WEEK + _MONDAY, size * _WEEK, -(-weeks // size))

    def number(self, moment: int) -> int:
        """The bar of a moment."""
        return (moment - self.start) // self.size

    def day(self, number: int) -> str:
        """The first day of a bar."""
        return day_of(self.start + number * self.size)


def values(data: ReportData) -> dict[str, Any]:
    """The values of the template."""
    total = data.answer.total
    times = Times.of(data.rows.commits)
    lines = {cls: int(getattr(total, cls)) for cls in mixes.CLASSES}
    weeks = data.answer.weeks
    counts = _counts(data, times)
    share_lines = _share_lines(counts, times)
    return {
        "total": total,
        "ai_share": ratio(total.ai + total.edited, max(total.added, total.covered)),
        "place": place_in_band(total.delta_rate),
        "mix": mixes.parts(lines),
        "classes": [{"cls": cls, "lines": lines[cls], "share": total.share(cls)} for cls in mixes.CLASSES],
        "survival": data.answer.survival,
        "sessions": data.answer.sessions,
        "branch": (data.answer.branch or "").removeprefix("refs/heads/").removeprefix("refs/remotes/"),
        "unit": "week" if times.size == _WEEK else f"{times.size // _WEEK} weeks",
        "stacks": _stacks(counts, times),
        "first_day": times.day(0),
        "last_day": times.day(times.bars - 1),
        "dots": _dots(weeks),
        "band": _band(weeks),
        "first_week": weeks[0].week if weeks else "",
        "last_week": weeks[-1].week if weeks else "",
        "rates": _rate_lines(weeks),
        "shares": share_lines,
        "share_paths": [(_line_path(line.y, times.bars), line.colour) for line in share_lines["series"]],
        "models": _models(data, times),
        "curves": _curves(data),
        "floor": f"{100 * _floor(data):.0f}",
    }


def _counts(data: ReportData, times: Times) -> dict[int, Counts]:
    """Bar → counts of the lines added in its time."""
    groups = shares.grouped(data.rows, lambda commit, _path, _trace: f"{times.number(commit.authored):06}")
    return {int(name): value for name, value in groups.items()}


def _share_lines(counts: Mapping[int, Counts], times: Times) -> dict[str, Any]:
    """The share of models' lines, and coverage, for a plot of lines over time."""
    rows = [counts.get(n, Counts()) for n in range(times.bars)]
    models = [_rounded(ratio(row.ai + row.edited, max(row.added, row.covered))) for row in rows]
    coverage = [_rounded(row.coverage) for row in rows]
    lines = [TimeLine("models", "accent", models), TimeLine("coverage", "unknown", coverage, [4, 4])]
    return {"x": [times.start + n * times.size for n in range(times.bars)], "series": lines, "top": 1}


def _rate_lines(weeks: Sequence[WeekDelta]) -> dict[str, Any]:
    """The delta rates of weeks, for a plot of lines over time."""
    lines = [TimeLine("delta rate", "accent", [_rounded(week.median) for week in weeks])]
    top = _rates(weeks).high
    return {"x": [_monday(week.week) for week in weeks], "series": lines, "top": top, "band": BAND, "dots": 1}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _monday(week: str) -> int:
    """The first moment of a week `2025-W07`, in seconds since 1970."""
    year, _, number = week.partition("-W")
    day = date.fromisocalendar(int(year), int(number), 1)
    return (day - date(1970, 1, 1)).days * 86400


def _line_path(values: Sequence[float | None], bars: int) -> str:
    across, down = PlotAxis(0, max(bars - 1, 1), 0, _WIDTH), PlotAxis(0, 1, 150, 8)
    points = [f"{across.at(n)} {down.at(value)}" for n, value in enumerate(values) if value is not None]
    return "M" + "L".join(points) if points else ""


def _stacks(counts: Mapping[int, Counts], times: Times) -> list[Stack]:
    top = max((max(value.added, value.covered) for value in counts.values()), default=0)
    step = _WIDTH / max(times.bars, 1)
    return [_stack(times.day(n), value, n * step, step, top) for n, value in sorted(counts.items()) if top]


def _stack(day: str, counts: Counts, x: float, step: float, top: int) -> Stack:
    lines = {cls: int(getattr(counts, cls)) for cls in mixes.CLASSES}
    parts = []
    y = _HEIGHT
    for cls in mixes.CLASSES:
        tall = _HEIGHT * lines[cls] / top
        y -= tall
        if tall:
            parts.append(StackPart(cls, round(x, 1), round(y, 1), round(step * 0.8, 1), round(tall, 1)))
    return Stack(parts, f"{day}: {mixes.words(lines)}")


def _band(weeks: Sequence[WeekDelta]) -> tuple[float, float]:
    """Top and height of the usual band in the plot of delta rates."""
    axis = _rates(weeks)
    low, high = axis.at(BAND[0]), axis.at(BAND[1])
    return high, round(low - high, 1)


def _rates(weeks: Sequence[WeekDelta]) -> PlotAxis:
    """The axis of delta rates: up to 60 %, or to the largest."""
    return PlotAxis(0.0, max([0.6, *(week.median for week in weeks)]), 150.0, 8.0)


def _dots(weeks: Sequence[WeekDelta]) -> list[Dot]:
    across, down = PlotAxis(0, max(len(weeks) - 1, 1), 50, _WIDTH - 10), _rates(weeks)
    return [
        Dot(
            across.at(n), down.at(week.median),
            f"{week.week}: {100 * week.median:.1f} % of {week.generations} generations"
            + (", a spike" if week.is_spike else ""),
            "spike" if week.is_spike else "",
        )
        for n, week in enumerate(weeks)
    ]  # fmt: skip


def _models(data: ReportData, times: Times) -> list[ModelBars]:
    lines: dict[str, list[int]] = {}
    models = {(row.oid, row.trace): row.model or "(not recorded)" for row in data.rows.traces}
    moments = {commit.oid: commit.authored for commit in data.rows.commits}
    for row in data.rows.ranges:
        if row.trace is None or row.cls not in ("ai", "edited"):
            continue
        name = models.get((row.oid, row.trace), "(not recorded)")
        series = lines.setdefault(name, [0] * times.bars)
        series[times.number(moments[row.oid])] += row.last - row.first + 1
    names = sorted(lines, key=lambda name: (-sum(lines[name]), name))[:_MOST_MODELS]
    top = max((max(lines[name]) for name in names), default=0)
    return [_model(name, lines[name], data.models, top) for name in names]


def _model(name: str, series: Sequence[int], counts: Mapping[str, Counts], top: int) -> ModelBars:
    group = counts.get(name, Counts())
    share = ratio(sum(series), group.added)
    bars = plots.bars(series, 300, 60, top)
    return ModelBars(name, bars, sum(series), share, group.delta_rate, place_of(name))


def _floor(data: ReportData) -> float:
    """The share at the bottom of the plots of survival: a tenth below the lowest."""
    lowest = [one.curve[-1][1] for one in (data.answer.survival, *data.answer.by_model.values()) if one.curve]
    return max(int(min(lowest, default=1.0) * 10) - 1, 0) / 10


def _curves(data: ReportData) -> list[SurvivalCurve]:
    answer = data.answer
    across, down = PlotAxis(0, 180, 0, 300), PlotAxis(_floor(data), 1, 80, 5)

    def path(one_model: Survival) -> str:
        return plots.steps(one_model.curve, across, down, 180)

    names = sorted(answer.by_model, key=lambda name: (-answer.by_model[name].lines, name))[:_MOST_MODELS]
    return [
        SurvivalCurve(
            name, path(answer.by_model[name]), path(answer.survival), answer.by_model[name].at,
            answer.by_model[name].lines,
        )
        for name in names
    ]  # fmt: skip
