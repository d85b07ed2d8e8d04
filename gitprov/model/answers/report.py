"""The outcome of one check, after a project's policy, comments and baseline."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.model.finding import Finding


class Report(NamedTuple):
    """`findings`: all that is reported, with what could not be looked at. `suppressed` and `baseline`: how
    many a comment suppresses, and how many the baseline has. `vanished`: (rule, path) of findings of the
    baseline that are gone. `enabled`: whether the policy has the check switched on. `lines`: how many lines
    were judged; None where a check judges no lines.
    """

    findings: tuple[Finding, ...]
    suppressed: int = 0
    baseline: int = 0
    vanished: tuple[tuple[str, str], ...] = ()
    enabled: bool = True
    lines: int | None = None
