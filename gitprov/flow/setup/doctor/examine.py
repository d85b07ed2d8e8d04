"""The doctor: each check is a function from an examination to findings; each finding names its mend."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from gitprov.errors import GitprovError
from gitprov.flow.setup.doctor.case import Check, Examination
from gitprov.model.finding import ERROR, Finding


def checks() -> list[Check]:
    """All checks, in the order in which a commit passes their subjects."""
    from gitprov.flow.setup.doctor import agents as doctor_agents
    from gitprov.flow.setup.doctor import framework as doctor_framework
    from gitprov.flow.setup.doctor import git as doctor_git
    from gitprov.flow.setup.doctor import hooks as doctor_hooks
    from gitprov.flow.setup.doctor import inbox as doctor_inbox
    from gitprov.flow.setup.doctor import share as doctor_share

    rooms = (doctor_git, doctor_share, doctor_hooks, doctor_framework, doctor_agents, doctor_inbox)
    return [check for room in rooms for check in room.CHECKS]


def examine(case: Examination) -> list[Finding]:
    """The findings of all checks. A check that could not be carried out is a finding too.

    Where gitprov's directory is closed to this user, one finding reports that for all checks.
    """
    from gitprov.store import access

    case.answers.clear()
    shut = access.closed(case.repo.home)
    findings = [finding for check in checks() for finding in _look(check, case, shut is not None)]
    if shut is not None:
        what = f"could not look at recorded evidence: {shut} is closed to this user"
        findings.insert(0, Finding("access", ERROR, what, access.mend(shut)))
    return findings


def mend(case: Examination, findings: list[Finding]) -> list[Finding]:
    """Mend what is safe to mend; returns the findings for which this was tried."""
    tried = [finding for finding in findings if finding in case.fixes]
    for finding in tried:
        # After a failure the next examination reports the same again.
        with contextlib.suppress(OSError, GitprovError):
            case.fixes[finding]()
    return tried


def _look(check: Check, case: Examination, shut: bool) -> Iterator[Finding]:
    name = check.__name__.replace("_", "-")
    try:
        yield from check(case)
    except GitprovError as error:
        yield Finding(name, ERROR, f"could not look: {error.message}", error.hint or "see the line above")
    except OSError as error:
        if shut and str(error.filename).startswith(case.repo.home):
            return
        yield Finding(name, ERROR, f"could not look: {error}", "make it readable for you")
