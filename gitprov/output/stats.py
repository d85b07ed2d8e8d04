"""Output of `gitprov stats`: tables as text, and one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gitprov.model.answers.stats import BAND, HORIZONS, Counts, StatsAnswer, Survival, place_in_band
from gitprov.model.wording import amount
from gitprov.output.text import clean, fit, width

CLASSES = ("ai", "edited", "human", "declared", "unknown")
#: Groups that the text shows; JSON has all of them.
_MOST = 20
_WIDEST = 48


def percent(value: float | None) -> str:
    """A share in per cent with one decimal, `-` for none."""
    return "-" if value is None else f"{100 * value:.1f}%"


def lines(answer: StatsAnswer) -> Iterator[str]:
    """The numbers as text."""
    total = answer.total
    yield f"{clean(answer.range)}: {amount(total.commits, 'commit')}, {amount(total.added, 'line')} added"
    yield ""
    yield from _table(
        ("lines", "count", "share", "coverage"),
        [
            (cls, str(getattr(total, cls)), percent(total.share(cls)), percent(total.coverage))
            for cls in CLASSES
        ],
    )
    yield ""
    yield from _rates(answer)
    yield from _survival(answer)
    yield from _findings(answer)
    if answer.group is not None:
        yield ""
        yield from _groups(answer)


def _rates(answer: StatsAnswer) -> Iterator[str]:
    total = answer.total
    low, high = (f"{100 * edge:.0f}" for edge in BAND)
    place = place_in_band(total.delta_rate)
    where = f", {place} the usual {low}-{high}%" if place else ""
    base = f"{amount(total.raw, 'raw line')} of {amount(total.traces, 'trace')}"
    yield f"delta rate {percent(total.delta_rate)}{where} ({base})"
    for week in answer.weeks:
        if week.is_spike:
            yield (
                f"  spike in {week.week}: median {percent(week.median)} of"
                f" {amount(week.generations, 'generation')}, z {week.z:.1f}"
            )
    yield f"acceptance {percent(total.acceptance)} (raw lines kept), landing {percent(total.landing)}"
    people = total.deleted_by_people
    yield f"deleted {amount(total.deleted, 'line')}: {total.deleted_by_ai} by models, {people} by people"
    shipped, elsewhere, abandoned = answer.sessions
    yield f"sessions: {shipped} shipped, {elsewhere} on other branches, {abandoned} abandoned"
    yield f"dropped traces: {total.dropped_traces}; gate bypassed: {amount(total.bypassed, 'commit')}"
    edits = sum(prompt.edits for prompt in answer.prompts)
    if answer.prompts:
        fastest = max(answer.prompts, key=lambda prompt: (prompt.per_week, prompt.name))
        yield (
            f"prompt churn: {amount(edits, 'edit')} of {amount(len(answer.prompts), 'named prompt')}, "
            f"most in {clean(fastest.name)}: {fastest.per_week:.1f} a week"
        )


def _findings(answer: StatsAnswer) -> Iterator[str]:
    """Accepted findings; and open ones, which have no packages, as they are judged without a network."""
    for state, findings, columns in (("accepted", answer.findings, 4), ("open", answer.open_findings, 3)):
        if findings:
            yield ""
            head = (f"{state} findings", "prompt", "findings", "vulnerable packages")
            rows = [
                (row.model or "(no model)", row.prompt or "-", str(row.findings), str(len(row.packages)))
                for row in findings[:_MOST]
            ]
            yield from _table(head[:columns], [row[:columns] for row in rows])


def _survival(answer: StatsAnswer) -> Iterator[str]:
    if not answer.survival.lines:
        return
    yield ""
    named = [("all models", answer.survival), *answer.by_model.items()]
    head = ("survival of lines", "lines", "alive", *(f"{days} days" for days in HORIZONS))
    rows = [
        (name, str(entry.lines), str(entry.alive), *(percent(share) for share in entry.at))
        for name, entry in named
    ]
    yield from _table(head, rows)


def _groups(answer: StatsAnswer) -> Iterator[str]:
    groups = ordered(answer)
    head = (str(answer.group), "added", *CLASSES[:4], "ai share", "coverage", "delta", "kept")
    yield from _table(head, [_group(answer, name, counts) for name, counts in groups[:_MOST]])
    if len(groups) > _MOST:
        yield f"and {len(groups) - _MOST} more: --json has them all"


def _group(answer: StatsAnswer, name: str, counts: Counts) -> list[str]:
    numbers = [counts.added, *(getattr(counts, cls) for cls in CLASSES[:4])]
    rates = [counts.share("ai"), _coverage(answer, counts), counts.delta_rate, counts.acceptance]
    return [answer.names.get(name, name), *map(str, numbers), *map(percent, rates)]


def ordered(answer: StatsAnswer) -> list[tuple[str, Counts]]:
    """The groups: weeks and people by name, others by lines of models, most first."""
    rows = list(answer.groups.items())
    if answer.group in ("author", "week"):
        return rows
    return sorted(rows, key=lambda row: (-row[1].ai - row[1].edited - row[1].declared, -row[1].added, row[0]))


def _coverage(answer: StatsAnswer, counts: Counts) -> float | None:
    """The coverage of a group; where groups are of traces, that of all lines."""
    whole = answer.group in ("model", "agent", "prompt")
    return answer.total.coverage if whole else counts.coverage


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns: the first to the left, the others to the right."""
    table = [[clean(cell) for cell in row] for row in [head, *rows]]
    first = min(max(width(row[0]) for row in table), _WIDEST)
    widths = [max(width(row[n]) for row in table) for n in range(1, len(head))]
    for row in table:
        cells = (f"{cell:>{size}}" for cell, size in zip(row[1:], widths, strict=True))
        yield f"{fit(row[0], first)}  {'  '.join(cells)}"


def document(answer: StatsAnswer) -> dict[str, Any]:
    """The numbers as one JSON document; shares are from 0 to 1, null for none."""
    return {
        "range": answer.range,
        "branch": answer.branch,
        "total": counts_of(answer.total),
        "by": answer.group,
        "groups": [
            {"name": name, "shown": answer.names.get(name, name), **counts_of(counts)}
            for name, counts in ordered(answer)
        ],
        "weeks": [{**week._asdict(), "spike": week.is_spike} for week in answer.weeks],
        "survival": _survival_of(answer.survival),
        "survival_by_model": [
            {"model": model, **_survival_of(entry)} for model, entry in answer.by_model.items()
        ],
        "sessions": answer.sessions._asdict(),
        "prompts": [prompt._asdict() for prompt in answer.prompts],
        "findings": [row._asdict() for row in answer.findings],
        "open_findings": None
        if answer.open_findings is None
        else [row._asdict() for row in answer.open_findings],
    }


def counts_of(counts: Counts) -> dict[str, Any]:
    """Counts with their shares, as JSON."""
    shares = {cls: counts.share(cls) for cls in CLASSES}
    return {
        **counts._asdict(),
        "unknown": counts.unknown,
        "deleted_by_people": counts.deleted_by_people,
        "coverage": counts.coverage,
        "shares": shares,
        "delta_rate": counts.delta_rate,
        "delta_band": place_in_band(counts.delta_rate),
        "acceptance": counts.acceptance,
        "landing": counts.landing,
    }


def _survival_of(entry: Survival) -> dict[str, Any]:
    at = {str(days): share for days, share in zip(HORIZONS, entry.at, strict=True)}
    return {"lines": entry.lines, "alive": entry.alive, "days": at}
