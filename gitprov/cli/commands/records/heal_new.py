"""Heals new commits within other commands and hooks: reports in one line, and never makes them fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.cli.door import complain
from gitprov.errors import GitprovError

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def heal_new(repo: Repository, *, quiet: bool = False) -> int:
    """Heal commits that are new since the last run; returns how many got lines. Failures are only reported.

    With `quiet`, nothing else is reported.
    """
    from gitprov.flow.heal import automatic as heal_auto

    try:
        done = heal_auto.heal_new(repo)
    except (GitprovError, OSError) as error:
        complain(f"gitprov: new commits were not healed: {error}; mend that, then: gitprov heal")
        return 0
    if done.healed and not quiet:
        commits = "1 commit has" if done.healed == 1 else f"{done.healed} commits have"
        complain(f"gitprov: {commits} the record of AI-written lines again (git ai-log shows it)")
    if done.incomplete and not quiet:
        complain("gitprov: not all new commits were looked at; for the others: gitprov heal")
    return done.healed
