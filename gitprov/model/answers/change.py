"""The facts that are recorded about a change: a range of commits that somebody reviews as a whole."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.model.answers.stats import Counts
from gitprov.model.finding import Finding

CLASSES = ("ai", "edited", "human", "declared", "unknown")


class ChangeTrace(NamedTuple):
    """A trace of the change. `prompt` is None where this clone does not have it; `raw` counts settled
    lines.
    """

    trace: str
    agent: str | None
    model: str | None
    at: str | None
    prompt: str | None
    raw: int
    kept: int
    edited: int
    dropped: int
    reviewers: tuple[str, ...]


class ChangeFile(NamedTuple):
    """A file of the change; `lines`: class → lines that the change adds. `why`: why they are not shown."""

    path: str
    added: int
    deleted: int
    lines: dict[str, int]
    why: str | None = None


class ChangeAnswer(NamedTuple):
    """A change from `base` to `head`. `lines`: class → lines that it adds, as they are at `head`.

    `total` has the counts over its commits. `unread`: how many things the checks could not look at;
    `missing`: why a check did not run.
    """

    range: str
    head: str
    lines: dict[str, int]
    total: Counts
    files: tuple[ChangeFile, ...]
    traces: tuple[ChangeTrace, ...]
    findings: tuple[Finding, ...]
    unread: int
    missing: str | None

    @property
    def added(self) -> int:
        """Lines that the change adds."""
        return sum(self.lines.values())

    @property
    def reviewed(self) -> int:
        """Traces that somebody reviewed."""
        return sum(1 for trace in self.traces if trace.reviewers)
