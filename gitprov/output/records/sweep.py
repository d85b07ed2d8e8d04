"""The report of `gitprov sweep`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitprov.model.answers.sweep import SweepResult
from gitprov.model.wording import amount


def as_json(result: SweepResult) -> dict[str, Any]:
    """The report as a JSON object."""
    return {"v": 1, **result._asdict(), "skipped": dict(result.skipped)}


def lines(result: SweepResult) -> Iterator[str]:
    """The report for people."""
    if result.busy:
        yield "another sweep of this work tree is running"
        return
    if not result.transcripts:
        yield "nothing new in the transcripts of agents"
        return
    yield (
        f"read {amount(result.transcripts, 'transcript')} with {amount(result.edits, 'edit')} of changed "
        f"files: recorded {amount(result.events, 'edit')}"
    )
    if result.rejected:
        yield f"not confirmed by the files, and left out: {amount(result.rejected, 'edit')}"
    for reason, count in sorted(result.skipped.items()):
        yield f"skipped: {count} {reason}"
