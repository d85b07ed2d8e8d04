"""Numbers about lines: shares with coverage, delta rates and spikes, survival, groups."""

from __future__ import annotations

import statistics

import pytest

from gitprov.attribution.statistics import deltas, shares
from gitprov.attribution.statistics.churn import finding_counts, prompt_churn
from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.attribution.statistics.sums import COUNTED, sum_rows
from gitprov.attribution.statistics.survival import Lifetime, lifetimes, survival, survivals
from gitprov.model.answers.stats import (
    Counts,
    FindingCount,
    LineLife,
    PromptEdits,
    PromptTexts,
    place_in_band,
)
from gitprov.model.exchange.index_rows import (
    ChangeEntry,
    CommitEntry,
    DroppedEntry,
    FindingEntry,
    RangeEntry,
    TraceEntry,
)
from gitprov.model.moments import day_of, seconds_of, week_of

WEEK = 7 * 86400


def commit(
    oid: str, added: int, cls: str | None = None, *, gate: str | None = None, at: int = 0
) -> CommitEntry:
    """A commit by Alice."""
    model = "m2" if cls == "declared" else None
    return CommitEntry(1, oid, "", "Alice", at, "Alice", at, "s", added, 0, cls, None, model, gate)


def trace(
    oid: str, name: str, *counts: int, at: str | None = "2026-01-05T00:00:00Z", deleted: int = 0
) -> TraceEntry:
    """A trace of the model m1: raw, kept, edited, dropped, pending."""
    raw, kept, edited, dropped, pending = counts
    return TraceEntry(
        1, oid, name, "tool", "m1", "s", at, "k", None, None, None, None, raw, kept, edited, dropped, pending, 0, deleted
    )  # fmt: skip


RECORDED = RecordedLines(
    [commit("a", 20, "ai", gate="bypassed"), commit("b", 5, "declared"), commit("c", 4), commit("m", 2, "ai")],
    [
        ChangeEntry(1, "a", "x.py", 15, 3), ChangeEntry(1, "a", "y.py", 5, 0), ChangeEntry(1, "b", "x.py", 5, 1),
        ChangeEntry(1, "c", "z.py", 4, 2),
    ],
    [trace("a", "g1", 12, 8, 2, 1, 1, deleted=2), trace("m", "g2", 2, 2, 0, 0, 0)],
    [
        RangeEntry(1, "a", "x.py", 1, 8, "ai", None, "g1"), RangeEntry(1, "a", "x.py", 9, 10, "edited", None, "g1"),
        RangeEntry(1, "a", "y.py", 1, 2, "human", None, None), RangeEntry(1, "b", "x.py", 1, 1, "human", None, None),
        RangeEntry(1, "m", "q.py", 1, 2, "ai", None, "g2"),
    ],
    [DroppedEntry(1, "a", "g9", "a reason")],
    frozenset({"a"}),
)  # fmt: skip


def test_totals() -> None:
    """Classes are counted apart; what no evidence covers is unknown; pending lines are in no rate."""
    total = shares.total(RECORDED)
    assert (total.added, total.ai, total.edited, total.human, total.declared, total.unknown) == (
        31,
        10,
        2,
        3,
        4,
        12,
    )
    assert total.coverage == pytest.approx(19 / 31)
    assert total.share("ai") == pytest.approx(10 / 31)
    assert total.raw == 13
    assert [total.delta_rate, total.acceptance, total.landing] == pytest.approx([3 / 13, 10 / 13, 10 / 13])
    assert total.landed == 10
    assert (total.deleted, total.deleted_by_ai, total.deleted_by_people) == (6, 2, 4)
    assert (total.commits, total.traces, total.bypassed, total.dropped_traces) == (4, 2, 1, 1)


def test_nothing_has_no_rates() -> None:
    """Without lines there is no share, and no zero in its place."""
    nothing = shares.total(RecordedLines([], [], [], [], [], frozenset()))
    assert nothing == Counts()
    rates = (nothing.coverage, nothing.delta_rate, nothing.acceptance, nothing.landing, nothing.share("ai"))
    assert rates == (None,) * 5
    assert nothing.unknown == 0


def test_groups() -> None:
    """Groups of traces are shares of all lines; groups of commits have a coverage of their own."""
    models = shares.by(RECORDED, "model")
    assert {name: (counts.ai, counts.edited, counts.declared, counts.added) for name, counts in models.items()} == {
        "m1": (10, 2, 0, 31), "m2": (0, 0, 4, 31), "(not recorded)": (0, 0, 0, 31),
    }  # fmt: skip
    assert {*shares.by(RECORDED, "prompt")} == {"k", "(not recorded)"}
    assert {*shares.by(RECORDED, "agent")} == {"tool", "(not recorded)"}
    paths = shares.by(RECORDED, "path")
    assert {name: (counts.added, counts.coverage) for name, counts in paths.items() if name} == {
        "q.py": (2, 1.0), "x.py": (20, pytest.approx(15 / 20)), "y.py": (5, pytest.approx(2 / 5)), "z.py": (4, 0.0),
    }  # fmt: skip
    assert [*shares.by(RECORDED, "author")] == ["Alice"]
    assert [*shares.by(RECORDED, "week")] == ["1970-W01"]


def test_spikes_need_generations_and_weeks() -> None:
    """A week far above the others is a spike with 30 generations, and with fewer it is judged not at all."""
    quiet = [
        trace(f"c{n}", f"g{n}", 10, 8, 2, 0, 0, at=f"2026-01-{5 + 7 * (n % 3):02}T00:00:00Z")
        for n in range(18)
    ]
    more = [
        trace(f"d{n}", f"h{n}", 10, 8, 1, 1, 0, at=f"2025-12-{1 + 7 * (n % 4):02}T00:00:00Z")
        for n in range(9)
    ]
    loud = [trace(f"e{n}", f"i{n}", 10, 1, 4, 5, 0, at="2026-01-26T00:00:00Z") for n in range(3)]
    weeks = deltas.weekly(deltas.generation_rates([*quiet, *more, *loud]))
    assert [week.is_spike for week in weeks] == [False] * 7 + [True]
    assert weeks[-1][:3] == ("2026-W05", 3, 0.9)
    few = deltas.weekly(deltas.generation_rates([*quiet, *loud]))
    assert [week.z for week in few] == [None] * 4
    assert (
        deltas.generation_rates([trace("a", "g", 5, 5, 0, 0, 0, at=None), trace("b", "h", 1, 0, 0, 0, 1)])
        == []
    )


def test_medians() -> None:
    """The median is that of the standard library, for an odd and an even number of values."""
    for values in ([3.0], [0.1, 0.4], [0.9, 0.1, 0.5], [0.2, 0.8, 0.4, 0.6]):
        assert deltas.median(values) == statistics.median(values)


def test_a_generation_in_two_commits_counts_once() -> None:
    """Its counts are added up, not averaged."""
    assert deltas.generation_rates([trace("a", "g", 4, 4, 0, 0, 0), trace("b", "g", 4, 2, 1, 1, 0)]) == [
        ("2026-W02", 0.25)
    ]


@pytest.mark.parametrize(
    ("rate", "place"), [(None, None), (0.1, "below"), (0.15, "within"), (0.3, "within"), (0.31, "above")]
)
def test_band(rate: float | None, place: str | None) -> None:
    """The edges of the usual band belong to it."""
    assert place_in_band(rate) == place


def test_survival_by_hand() -> None:
    """Ten lines: two die on day 10, four were followed for 20 days only, two of the other four die on day 40."""
    one = survival(
        [Lifetime(10, 2, True), Lifetime(20, 4, False), Lifetime(40, 2, True), Lifetime(200, 2, False)]
    )
    assert [day for day, _ in one.curve] == [10, 40]
    assert [share for _, share in one.curve] == pytest.approx([0.8, 0.4])
    assert list(one.at) == pytest.approx([0.8, 0.4, 0.4])
    assert (one.lines, one.alive) == (10, 6)
    assert survival([Lifetime(40, 1, False)]).at == (1.0, None, None)
    assert survival([]).at == (None, None, None)


def test_survival_by_model() -> None:
    """A removed line lived until its removal, a living one until now; a moment before its birth counts as 0 days."""
    rows = [
        LineLife("m1", 0, 86400, 3),
        LineLife("m1", 86400, None, 2),
        LineLife(None, 99 * 86400, None, 1),
    ]
    assert lifetimes(rows, 3 * 86400) == [Lifetime(1, 3, True), Lifetime(2, 2, False), Lifetime(0, 1, False)]
    whole, models = survivals(rows, 3 * 86400)
    assert whole == survival(lifetimes(rows, 3 * 86400))
    assert {name: (one.lines, one.alive) for name, one in models.items()} == {
        "(not recorded)": (1, 1),
        "m1": (5, 2),
    }


def test_rows_of_sums() -> None:
    """The rows of the single commits add up to the counts of all, in every grouping of a column."""
    rows = [
        row
        for commit in RECORDED.commits
        for row in sum_rows(only(RECORDED, commit.oid), landed=commit.oid in RECORDED.landed)
    ]
    assert sum_rows(RecordedLines([], [], [], [], [], frozenset()), landed=True) == []
    total = shares.total(RECORDED)
    assert [sum(getattr(row, name) for row in rows) for name in COUNTED] == [
        getattr(total, name) for name in COUNTED
    ]
    assert sum(row.ai + row.edited for row in rows if row.landed) == total.landed
    places = {(row.oid, row.path, row.trace): (row.source, row.model, row.made, row.session) for row in rows}
    assert places == {
        ("a", "x.py", None): (None, None, None, None), ("a", "y.py", None): (None, None, None, None),
        ("a", "x.py", "g1"): ("trace", "m1", "2026-W02", "s"), ("a", "", "g9"): ("trace", None, None, None),
        ("a", "", None): (None, None, None, None), ("b", "x.py", None): ("declared", "m2", None, None),
        ("c", "z.py", None): (None, None, None, None), ("m", "q.py", None): (None, None, None, None),
        ("m", "q.py", "g2"): ("trace", "m1", "2026-W02", "s"),
    }  # fmt: skip


def only(recorded: RecordedLines, oid: str) -> RecordedLines:
    """The rows of one commit."""
    return RecordedLines(
        [row for row in recorded.commits if row.oid == oid],
        [row for row in recorded.changes if row.oid == oid],
        [row for row in recorded.traces if row.oid == oid],
        [row for row in recorded.ranges if row.oid == oid],
        [row for row in recorded.dropped if row.oid == oid],
        frozenset(),
    )


def test_prompt_churn_by_hand() -> None:
    """Three texts in four weeks are half an edit a week; a young prompt counts over a week at least."""
    rows = [
        PromptTexts("old", 3, "1970-01-01T00:00:00Z"), PromptTexts("young", 3, "1970-01-28T00:00:00Z"),
        PromptTexts("undated", 1, None),
    ]  # fmt: skip
    assert prompt_churn(rows, 4 * WEEK) == [
        PromptEdits("old", 2, 0.5), PromptEdits("young", 2, 2.0), PromptEdits("undated", 0, 0.0),
    ]  # fmt: skip


def test_findings_by_hand() -> None:
    """Findings count for the model and prompt of their line; vulnerable packages by name, each once."""

    def row(rule: str, package: str | None, model: str | None, key: str | None) -> FindingEntry:
        return FindingEntry(1, "deps", rule, "a.py", 1, package, "f", "g", model, key, "open")

    rows = [
        row("deps/vulnerable", "b", "m", "k"), row("deps/vulnerable", "a", "m", "k"), row("deps/yanked", "c", "m", "k"),
        row("deps/vulnerable", "a", "m", "k"), row("security/eval", None, None, None), row("security/eval", None, "m", "l"),
    ]  # fmt: skip
    assert finding_counts(rows) == [
        FindingCount("m", "k", 4, ("a", "b")), FindingCount(None, None, 1, ()), FindingCount("m", "l", 1, ()),
    ]  # fmt: skip


def test_moments() -> None:
    """Moments with a zone, without one, and texts that are none."""
    assert seconds_of("1970-01-02T00:00:00Z") == 86400
    assert seconds_of("1970-01-01T01:00:00+01:00") == 0
    assert seconds_of("1970-01-01T00:00:07.5") == 7
    assert seconds_of(None) is seconds_of("yesterday") is None
    assert (week_of(0), day_of(86400), day_of(1 << 60), day_of(-(1 << 60))[4:]) == (
        "1970-W01",
        "1970-01-02",
        "9987-04-02",
        "-04-19",
    )
