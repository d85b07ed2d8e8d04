"""The report of a run with a baseline, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitprov.behaviour.baseline import Baseline

if TYPE_CHECKING:
    from gitprov.testing.judge import CaseOutcome

STATES = ("same", "differs", "order", "new", "unknown")


def document(
    path: str, updates: bool, outcomes: Iterable[CaseOutcome], stale: list[str], baseline: Baseline
) -> str:
    """The report: how many cases are in which state, and all that are not the same."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.case)
    counts = {state: sum(outcome.state == state for outcome in ordered) for state in STATES}
    rows = []
    for outcome in ordered:
        if outcome.state != "same":
            old = baseline.cases.get(outcome.case)
            rows.append(
                {
                    "case": outcome.case,
                    "state": outcome.state,
                    "report": outcome.text,
                    "old": old and old.preview,
                    "new": outcome.row and outcome.row.preview,
                    "trace": old and old.trace,
                    "accepted_by": old and old.accepted_by,
                }
            )
    fields = {
        "v": 1,
        "baseline": path,
        "updated": updates,
        "counts": {**counts, "not_run": len(stale)},
        "cases": rows,
        "not_run": stale,
    }
    return json.dumps(fields, indent=1) + "\n"
