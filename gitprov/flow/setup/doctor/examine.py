"""The doctor: each check is a function from an examination to diagnoses; each diagnosis names its mend."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.errors import GitprovError
from gitprov.flow.setup.doctor.case import BROKEN, Check, Diagnosis, Examination


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


def examine(case: Examination) -> list[Diagnosis]:
    """The diagnoses of all checks. A check that could not be carried out is a diagnosis too.

    Where gitprov's directory is closed to this user, one diagnosis reports that for all checks.
    """
    from gitprov.store import access

    shut = access.closed(case.repo.home)
    findings = [finding for check in checks() for finding in _look(check, case, shut is not None)]
    if shut is not None:
        what = f"could not look at recorded evidence: {shut} is closed to this user"
        findings.insert(0, Diagnosis("access", BROKEN, what, access.mend(shut)))
    return findings


def mend(findings: list[Diagnosis]) -> list[Diagnosis]:
    """Mend what is safe to mend; returns the diagnoses for which this was tried."""
    tried = [finding for finding in findings if finding.fix is not None]
    for finding in tried:
        _try(finding)
    return tried


def _try(finding: Diagnosis) -> None:
    """Mend one diagnosis. After a failure the next examination reports it again."""
    try:
        if finding.fix is not None:
            finding.fix()
    except (OSError, GitprovError):
        pass


def _look(check: Check, case: Examination, shut: bool) -> Iterator[Diagnosis]:
    name = check.__name__.replace("_", "-")
    try:
        yield from check(case)
    except GitprovError as error:
        yield Diagnosis(name, BROKEN, f"could not look: {error.message}", error.hint or "see the line above")
    except OSError as error:
        if shut and str(error.filename).startswith(case.repo.home):
            return
        yield Diagnosis(name, BROKEN, f"could not look: {error}", "make it readable for you")
