"""What `gitprov heal` did and could not do: values between what works it out and what prints it."""

from __future__ import annotations

from typing import NamedTuple


class LineSource(NamedTuple):
    """Where a commit's lines were found again: `how` in words, `oid` the commit, None where it is none."""

    how: str
    oid: str | None


class Healed(NamedTuple):
    """A commit that got a note, or would get one. `lines` counts those that its note claims since."""

    oid: str
    subject: str
    sources: tuple[LineSource, ...]
    traces: tuple[str, ...]
    lines: int
    pushed: bool = False


class Unhealed(NamedTuple):
    """A commit that could not be healed, or not wholly: why, and what would help."""

    oid: str
    subject: str
    reason: str
    help: str


class HealReport(NamedTuple):
    """A whole run. `settled` are commits that name traces of which they hold no line: nothing is missing there.

    `written`: whether notes were written; `why_not` says why they were not. `scope` says which commits were looked at.
    """

    scope: str
    looked: int
    healed: tuple[Healed, ...]
    unhealed: tuple[Unhealed, ...]
    settled: tuple[str, ...]
    written: bool
    why_not: str | None = None
