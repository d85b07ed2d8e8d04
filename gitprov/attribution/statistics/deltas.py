"""The delta rate of generations week by week, and weeks whose median is far from the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitprov.model.answers.stats import WeekDelta
from gitprov.model.exchange.index_rows import TraceEntry
from gitprov.model.moments import seconds_of, week_of

#: Generations below which no week is judged, and other weeks that a week is compared with.
ENOUGH, OTHER_WEEKS = 30, 4
#: A median absolute deviation, scaled to a standard deviation; and the smallest that is used.
_SCALE, _SMALLEST = 1.4826, 0.01


def generation_rates(traces: Iterable[TraceEntry]) -> list[tuple[str, float]]:
    """(week, delta rate) of each generation with settled raw lines; one in several commits counts once."""
    sums: dict[str, list[int]] = {}
    weeks: dict[str, str] = {}
    for row in traces:
        changed = row.edited + row.dropped
        counts = sums.setdefault(row.trace, [0, 0])
        counts[0] += changed
        counts[1] += row.kept + changed
        at = seconds_of(row.at)
        if at is not None:
            weeks[row.trace] = week_of(at)
    return [
        (weeks[trace], changed / raw)
        for trace, (changed, raw) in sorted(sums.items())
        if raw > 0 and trace in weeks
    ]


def weekly(rates: Sequence[tuple[str, float]]) -> list[WeekDelta]:
    """The weeks with generations, ascending."""
    groups: dict[str, list[float]] = {}
    for week, rate in rates:
        groups.setdefault(week, []).append(rate)
    medians = {week: median(values) for week, values in sorted(groups.items())}
    enough = len(rates) >= ENOUGH and len(medians) > OTHER_WEEKS
    return [
        WeekDelta(week, len(groups[week]), middle, _z(week, medians) if enough else None)
        for week, middle in medians.items()
    ]


def median(values: Iterable[float]) -> float:
    """The median of at least one number; the standard library's module costs more to import than the rest."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _z(week: str, medians: dict[str, float]) -> float:
    """How far a week's median is from those of the other weeks, in robust standard deviations."""
    others = [value for name, value in medians.items() if name != week]
    middle = median(others)
    spread = max(_SCALE * median(abs(value - middle) for value in others), _SMALLEST)
    return (medians[week] - middle) / spread
