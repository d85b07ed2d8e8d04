"""The results of `gitprov backfill`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class BackfilledCommit(NamedTuple):
    """A commit that got a note, or would get one: agents of its lines, its traces, and how many lines."""

    oid: str
    subject: str
    agents: tuple[str, ...]
    traces: tuple[str, ...]
    lines: int


class DeclaredCommit(NamedTuple):
    """A commit without evidence of lines, whose author or trailer names an agent. It needs no note."""

    oid: str
    subject: str
    agent: str | None


class BackfillReport(NamedTuple):
    """A whole run. `scope` states which commits were checked, `looked` counts them, `noted` those that had a
    note before. `skipped`: reason → count of what could not be understood. `dry`: nothing was written.
    """

    scope: str
    looked: int
    noted: int
    measured: tuple[BackfilledCommit, ...]
    declared: tuple[DeclaredCommit, ...]
    skipped: Mapping[str, int]
    dry: bool
