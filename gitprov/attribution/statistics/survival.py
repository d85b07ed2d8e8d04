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
        Lifetime(max((now if died is None else died) - born, 0) / _DAY, lines, died is not None)
        for _, born, died, lines in rows
    ]


def survival(lives: Sequence[Lifetime]) -> Survival:
    """The Kaplan-Meier estimate: at each removal, the share of the lines followed so far that outlive it."""
    deaths: dict[float, int] = {}
    ends: dict[float, int] = {}
    for days, lines, died in lives:
        side = deaths if died else ends
        side[days] = side.get(days, 0) + lines
    alive = sum(ends.values())
    total = at_risk = alive + sum(deaths.values())
    share = 1.0
    curve: list[tuple[float, float]] = []
    days_of_all = sorted({*deaths, *ends})
    for day in days_of_all:
        gone = deaths.get(day, 0)
        if gone:
            share *= 1 - gone / at_risk
            curve.append((day, share))
        at_risk -= gone + ends.get(day, 0)
    longest = days_of_all[-1] if days_of_all else 0.0
    at = tuple(_at(curve, horizon) if longest >= horizon else None for horizon in HORIZONS)
    return Survival(total, alive, at, tuple(curve))


def _at(curve: Sequence[tuple[float, float]], day: float) -> float:
    return next((share for moment, share in reversed(curve) if moment <= day), 1.0)


def survivals(rows: Iterable[LineLife], now: int) -> tuple[Survival, dict[str, Survival]]:
    """The survival of all lines, and model → survival of its lines, sorted."""
    groups: dict[str, list[LineLife]] = {}
    for row in rows:
        groups.setdefault(row.model or "(not recorded)", []).append(row)
    lives = {model: lifetimes(groups[model], now) for model in sorted(groups)}
    return survival([life for part in lives.values() for life in part]), {
        model: survival(part) for model, part in lives.items()
    }
