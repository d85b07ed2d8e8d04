"""The results of `gitprov heal`, as values for printing."""

from __future__ import annotations

from typing import NamedTuple


class LineSource(NamedTuple):
    """The origin of a healed commit's lines: `how` in words, `oid` the source commit, None if it is no
    commit.
    """

    how: str
    oid: str | None


class Healed(NamedTuple):
    """A commit that got a note, or would get one. `lines` counts the lines that the note claims."""

    oid: str
    subject: str
    sources: tuple[LineSource, ...]
    traces: tuple[str, ...]
    lines: int
    pushed: bool = False


class Unhealed(NamedTuple):
    """A commit that was not healed, or only in part: the reason, and a way to heal it."""

    oid: str
    subject: str
    reason: str
    help: str


class HealReport(NamedTuple):
    """A whole run. `settled`: commits that name traces but hold no line of them, so no note is missing.

    `written`: whether notes were written; `why_not`: the reason if not. `scope` states which commits were
    checked, `looked` counts them.
    """

    scope: str
    looked: int
    healed: tuple[Healed, ...]
    unhealed: tuple[Unhealed, ...]
    settled: tuple[str, ...]
    written: bool
    why_not: str | None = None
