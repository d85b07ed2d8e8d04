"""Output of `git ai-blame --stats`: counts of lines by class, model and trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from gitprov.model.answers.blame import Facts
from gitprov.model.untrusted.plausible import CLASSES
from gitprov.model.wording import amount
from gitprov.output.text import clean, fit, width


class Stats(NamedTuple):
    """Lines by class (all classes, strongest first), by (agent, model) and by trace, most lines first."""

    total: int
    classes: list[tuple[str, int]]
    models: list[tuple[str | None, str | None, int]]
    traces: list[tuple[str, int]]


def count(facts: Iterable[Facts]) -> Stats:
    """Counts `facts`, one for each line; `models` counts only ai, edited and declared lines."""
    by_facts = Counter(facts)
    classes: Counter[str] = Counter()
    models: Counter[tuple[str | None, str | None]] = Counter()
    traces: Counter[str] = Counter()
    for fact, lines in by_facts.items():
        classes[fact.cls] += lines
        if fact.cls in ("ai", "edited", "declared"):
            models[(fact.agent, fact.model)] += lines
        if fact.trace is not None:
            traces[fact.trace] += lines
    ranked = sorted(models.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1] or ""))
    return Stats(
        sum(classes.values()),
        [(cls, classes[cls]) for cls in CLASSES],
        [(agent, model, lines) for (agent, model), lines in ranked],
        sorted(traces.items(), key=lambda item: (-item[1], item[0])),
    )


def percent(part: int, total: int) -> float:
    """A share in per cent with one decimal; 0 if `total` is 0."""
    return round(100 * part / total, 1) if total else 0.0


def as_json(path: str, revision: str | None, stats: Stats) -> dict[str, Any]:
    """The counts as a JSON document."""
    total = stats.total
    return {
        "path": path,
        "revision": revision,
        "lines": total,
        "classes": {cls: {"lines": n, "percent": percent(n, total)} for cls, n in stats.classes},
        "models": [
            {"agent": agent, "model": model, "lines": n, "percent": percent(n, total)}
            for agent, model, n in stats.models
        ],
        "traces": [{"trace": trace, "lines": n, "percent": percent(n, total)} for trace, n in stats.traces],
    }


def as_text(path: str, stats: Stats) -> str:
    """The counts as text: tables by class, by agent and model, and by trace."""
    out = [f"{clean(path)}: {amount(stats.total, 'line')}"]
    out += _table("class", stats.classes, stats.total)
    if stats.models:
        named = [
            (f"{agent or '(unknown agent)'} {model or '(unknown model)'}", n)
            for agent, model, n in stats.models
        ]
        out += _table("agent and model", named, stats.total)
    if stats.traces:
        out += _table("trace", stats.traces, stats.total)
    return "\n".join(out) + "\n"


def _table(title: str, rows: Iterable[tuple[str, int]], total: int) -> list[str]:
    shown = [(clean(name), n) for name, n in rows]
    columns = max(width(name) for name, _ in [(title, 0), *shown])
    head = f"\n  {fit(title, columns)}  {'lines':>8}  {'share':>6}"
    return [head, *(f"  {fit(name, columns)}  {n:>8}  {percent(n, total):>5.1f}%" for name, n in shown)]
