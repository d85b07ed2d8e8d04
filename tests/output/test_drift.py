"""Runs of drift as text, as a table and as findings."""

from __future__ import annotations

from typing import Any

from gitprov.model.finding import ERROR, UNKNOWN
from gitprov.output.behaviour.drift import findings, headline, log_lines, markdown, plan_line, run_lines

RUN: dict[str, Any] = {
    "feature": "totals",
    "usable": 2,
    "samples": 3,
    "percent": 40.0,
    "cases": 5,
    "interval": [20.0, 60.0],
    "over": True,
    "threshold": 10.0,
    "incoherence": 20.0,
    "model": None,
    "prompt": {"path": "prompts/a|b.md", "version": None, "digest": "sha256:0123456789abcdef"},
    "traces": [
        {"state": "ok", "trace": "gen_1", "detail": ""},
        {"state": "crashed", "trace": None, "detail": "ValueError"},
    ],
}


def test_a_run_over_its_threshold() -> None:
    """It is a finding at the prompt, and a sample that did not run is unknown."""
    rows = list(findings(RUN))
    assert [(row.rule, row.level) for row in rows] == [("drift/diverged", ERROR), ("drift/not-run", UNKNOWN)]
    assert headline(RUN) == "40.0 % of 5 cases diverge (95 %: 20.0 to 60.0), over the threshold of 10 %"
    assert "**40.0 %** of 5" in list(markdown([RUN]))[2]
    assert "a\\|b.md 0123456789ab" in list(markdown([RUN]))[2]


def test_a_run_without_a_sample() -> None:
    """Nothing could be run: the run is over its threshold, and its figures are unknown."""
    none = {**RUN, "usable": 0}
    assert [row.rule for row in findings(none)] == ["drift/no-sample"]
    assert headline(none) == "none of 3 samples could be run"
    assert "**unknown** of 5" in list(markdown([none]))[2]


def test_a_run_within_its_threshold() -> None:
    """It is no finding; the history has a bar for each run."""
    calm = {**RUN, "over": False, "traces": RUN["traces"][:1]}
    assert list(findings(calm)) == []
    assert "within" in headline(calm)
    assert len(list(log_lines("totals", [calm, RUN]))) >= 3


def test_a_report_for_people() -> None:
    """Below the table are the cases that diverge and the samples that did not run; nothing in them is markup."""
    rows = [
        {
            **RUN,
            "diverging": [{"case": "a<b>", "diverging": 2, "results": 1}],
            "traces": [{"state": "no-parse", "trace": None, "detail": "line 1: [x](y)\nEOF"}],
            "cost": {"amount": 0.25, "currency": "EUR"},
        },
        {**RUN, "over": False, "traces": [], "model": "small"},
    ]
    lines = list(markdown(rows))
    assert lines[2].endswith("| not named | 0.2500 EUR |")
    assert lines[3].endswith("| small | not known |")
    assert lines[4:] == [
        "",
        "### totals: 40.0 % of 5 cases diverge (95 %: 20.0 to 60.0), over the threshold of 10 %",
        "",
        "- a\\<b\\> diverges in 2 of 2 samples, 1 results",
        "- sample 0 does not parse: line 1: \\[x\\](y) EOF",
    ]
    words = list(
        run_lines(
            {
                **rows[0],
                "sandbox": "x",
                "spread": {"least": 0, "most": 0, "deviation": 0},
                "usage": {"calls": 1, "input_tokens": 3, "output_tokens": 4},
            }
        )
    )
    assert words[-1] == "  3 tokens sent, 4 received, 0.2500 EUR"
    assert plan_line("a", 3, ["p.md", "model"], 3, 6).startswith("a: 3 versions of p.md, model, at most 3")
