"""How long lines of models live on the default branch: the Kaplan-Meier estimate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gitprov.model.answers.stats import HORIZONS, LineLife, Survival

_DAY = 86400


class Lifetime(NamedTuple):
    """`lines` lines that were followed for `days`; `died`: until they were removed, else until now."""

    days: float
    lines: int
    died: bool


def lifetimes(rows: Iterable[LineLife], now: int) -> list[Lifetime]:
    """The lifetimes of lines; `now` is the moment of the newest commit."""
    return [
        Lifetime(max(_end(row, now) - row.born, 0) / _DAY, row.lines, row.died is not None) for row in rows
    ]


def _end(row: LineLife, now: int) -> int:
    return now if row.died is None else row.died


def survival(lives: Sequence[Lifetime]) -> Survival:
    """The Kaplan-Meier estimate: at each removal, the share of the lines followed so far that outlive it."""
    at_risk = sum(life.lines for life in lives)
    total = at_risk
    share = 1.0
    curve: list[tuple[float, float]] = []
    by_day: dict[float, list[int]] = {}
    for life in lives:
        by_day.setdefault(life.days, [0, 0])[0 if life.died else 1] += life.lines
    for day in sorted(by_day):
        died, ended = by_day[day]
        if died:
            share *= 1 - died / at_risk
            curve.append((day, share))
        at_risk -= died + ended
    longest = max((life.days for life in lives), default=0.0)
    at = tuple(_at(curve, horizon) if longest >= horizon else None for horizon in HORIZONS)
    return Survival(total, sum(life.lines for life in lives if not life.died), at, tuple(curve))


def _at(curve: Sequence[tuple[float, float]], day: float) -> float:
    return next((share for moment, share in reversed(curve) if moment <= day), 1.0)


def by_model(rows: Iterable[LineLife], now: int) -> dict[str, Survival]:
    """Model → survival of its lines, sorted."""
    groups: dict[str, list[LineLife]] = {}
    for row in rows:
        groups.setdefault(row.model or "(not recorded)", []).append(row)
    return {model: survival(lifetimes(groups[model], now)) for model in sorted(groups)}
