"""`gitprov stats` as text and as JSON."""

from __future__ import annotations

from gitprov.model.answers.stats import (
    Counts,
    FindingCount,
    PromptEdits,
    SessionCounts,
    StatsAnswer,
    Survival,
    WeekDelta,
)
from gitprov.output import stats

TOTAL = Counts(
    added=100, ai=40, edited=10, human=5, declared=5, landed=45, deleted=9, deleted_by_ai=4, raw=60, kept=42,
    reworded=10, dropped=8, commits=7, traces=3, bypassed=1, dropped_traces=2,
)  # fmt: skip
WEEKS = [WeekDelta("2026-W05", 20, 0.2, 0.1), WeekDelta("2026-W06", 12, 0.9, 7.25)]
ALL = Survival(50, 40, (0.9, 0.8, None), ((3.0, 0.9),))


def answer(group: str | None = None, groups: dict[str, Counts] | None = None) -> StatsAnswer:
    """An answer with two weeks and one model."""
    return StatsAnswer(
        "v1..HEAD", "refs/heads/main", TOTAL, group, groups or {}, {"k1": "add a \x1b test"}, WEEKS, ALL,
        {"m\x1b1": ALL}, SessionCounts(3, 2, 1), [PromptEdits("slow", 1, 0.1), PromptEdits("review\x07", 4, 2.04)],
        [FindingCount("m\x1b1", "k1", 3, ("leftpad",)), FindingCount(None, None, 1, ())],
        [FindingCount("m2", None, 2, ())],
    )  # fmt: skip


def test_text() -> None:
    """Coverage stands beside every share; spikes are named; what others wrote is escaped."""
    assert list(stats.lines(answer())) == [
        "v1..HEAD: 7 commits, 100 lines added",
        "",
        "lines     count  share  coverage",
        "ai           40  40.0%     60.0%",
        "edited       10  10.0%     60.0%",
        "human         5   5.0%     60.0%",
        "declared      5   5.0%     60.0%",
        "unknown      40  40.0%     60.0%",
        "",
        "delta rate 30.0%, within the usual 15-30% (60 raw lines of 3 traces)",
        "  spike in 2026-W06: median 90.0% of 12 generations, z 7.2",
        "acceptance 70.0% (raw lines kept), landing 75.0%",
        "deleted 9 lines: 4 by models, 5 by people",
        "sessions: 3 shipped, 2 on other branches, 1 abandoned",
        "dropped traces: 2; gate bypassed: 1 commit",
        "prompt churn: 5 edits of 2 named prompts, most in review\\x07: 2.0 a week",
        "",
        "survival of lines  lines  alive  30 days  90 days  180 days",
        "all models            50     40    90.0%    80.0%         -",
        "m\\x1b1                50     40    90.0%    80.0%         -",
        "",
        "accepted findings  prompt  findings  vulnerable packages",
        "m\\x1b1                 k1         3                    1",
        "(no model)              -         1                    0",
        "",
        "open findings  prompt  findings",
        "m2                  -         2",
    ]


def test_nothing() -> None:
    """Without lines there are no rates, and no table of survival."""
    empty = StatsAnswer("HEAD", None, Counts(), None, {}, {}, [], Survival(0, 0, (None,) * 3, ()), {}, SessionCounts(0, 0, 0), [], [], None)  # fmt: skip
    shown = list(stats.lines(empty))
    assert "delta rate - (0 raw lines of 0 traces)" in shown
    assert not any("survival" in line for line in shown)
    document = stats.document(empty)
    assert (document["total"]["coverage"], document["open_findings"]) == (None, None)


def test_groups() -> None:
    """Models come with most lines first and the coverage of all; prompts by their text; long lists are cut."""
    groups = {"a": Counts(added=100, ai=1), "b": Counts(added=100, ai=9, raw=4, kept=3, dropped=1)}
    shown = list(stats.lines(answer("model", groups)))
    assert [line.split()[0] for line in shown[-2:]] == ["b", "a"]
    assert shown[-2].split()[-4:] == ["9.0%", "60.0%", "25.0%", "75.0%"]
    assert "add a \\x1b test" in "\n".join(stats.lines(answer("prompt", {"k1": Counts()})))
    many = {f"{n:02}": Counts(added=2, human=1) for n in range(23)}
    weeks = list(stats.lines(answer("week", many)))
    assert weeks[-1] == "and 3 more: --json has them all"
    assert weeks[-2].split()[0] == "19"
    assert weeks[-2].split()[-3] == "50.0%"


def test_document() -> None:
    """Numbers are numbers, and what is absent is null."""
    document = stats.document(answer("model", {"b": Counts(added=2, ai=1)}))
    assert document["total"]["shares"]["unknown"] == 0.4
    assert document["total"]["delta_band"] == "within"
    assert document["groups"][0]["name"] == "b"
    assert document["weeks"][1]["spike"] is True
    assert document["survival"]["days"] == {"30": 0.9, "90": 0.8, "180": None}
    assert document["sessions"] == {"shipped": 3, "elsewhere": 2, "abandoned": 1}
    assert document["prompts"][1] == {"name": "review\x07", "edits": 4, "per_week": 2.04}
    assert document["findings"][0]["packages"] == ("leftpad",)
    assert document["open_findings"] == [{"model": "m2", "prompt": None, "findings": 2, "packages": ()}]
