"""`gitprov doctor`: list problems of this installation, each with a command to mend it."""

from __future__ import annotations

import json
import shutil
import time
from typing import Annotated

import typer

from gitprov.cli.commands.setup import installation
from gitprov.cli.door import say
from gitprov.errors import EXIT_FINDINGS, GitprovError
from gitprov.flow.setup.doctor import examine as doctor
from gitprov.flow.setup.doctor.case import BROKEN, Diagnosis, Examination
from gitprov.output import sharing
from gitprov.store.config import load_config


def command(
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> None:
    """Look for what is broken, and say how to mend it. Exit code 1 if records get lost or commits fail.

    Example: gitprov doctor --fix
    """
    case = Examination(installation.repository(), installation.wish(), time.time(), shutil.which)
    with case.repo:
        findings = doctor.examine(case)
        mended: list[Diagnosis] = []
        if fix:
            tried = doctor.mend(findings)
            findings = doctor.examine(case)
            remaining = {(one.kind, one.what) for one in findings}
            mended = [one for one in tried if (one.kind, one.what) not in remaining]
    if as_json:
        say(
            json.dumps({"findings": [_row(one) for one in findings], "mended": [_row(one) for one in mended]})
        )
    else:
        _show(findings, mended)
        _tell_shared(case)
    if any(one.level == BROKEN for one in findings):
        raise typer.Exit(EXIT_FINDINGS)


def _show(findings: list[Diagnosis], mended: list[Diagnosis]) -> None:
    for finding in mended:
        say(f"mended: {finding.what}")
    for finding in findings:
        say(f"{finding.level}: {finding.what}", f"  mend: {finding.mend}")
    if not findings:
        say("everything is fine")


def _tell_shared(case: Examination) -> None:
    """Print what this project shares; nothing if its configuration is unreadable, which is a finding."""
    try:
        config = load_config(case.repo.worktree, case.repo.config("gitprov."))
    except GitprovError:
        return
    say(f"shared with remotes: {sharing.line(config)}")


def _row(finding: Diagnosis) -> dict[str, object]:
    """A finding as a JSON row; `fixable`: whether --fix tries to mend it."""
    return {
        "kind": finding.kind,
        "level": finding.level,
        "what": finding.what,
        "mend": finding.mend,
        "fixable": finding.fix is not None,
    }
