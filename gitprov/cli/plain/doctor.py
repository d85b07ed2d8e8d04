"""Runs `gitprov doctor`."""

from __future__ import annotations

import json
import shutil
import time

from gitprov.cli.commands.setup import installation
from gitprov.cli.door import say
from gitprov.errors import EXIT_FINDINGS, EXIT_OK, GitprovError
from gitprov.flow.setup.doctor import examine as doctor
from gitprov.flow.setup.doctor.agent_states import agent_states
from gitprov.flow.setup.doctor.case import Examination
from gitprov.model.finding import Finding, failed
from gitprov.output import agents as agents_output
from gitprov.output import findings as output
from gitprov.output.records import sharing
from gitprov.store.config import load_config


def run(fix: bool = False, as_json: bool = False) -> int:
    """Print the findings, mend some of them if `fix`, and return the exit code."""
    case = Examination(installation.repository(), installation.wish(), time.time(), shutil.which, {}, [])
    with case.repo:
        findings = doctor.examine(case)
        mended: list[Finding] = []
        if fix:
            tried = doctor.mend(case, findings)
            findings = doctor.examine(case)
            remaining = {(finding.rule, finding.message) for finding in findings}
            mended = [one for one in tried if (one.rule, one.message) not in remaining]
    if as_json:
        lists = {"findings": findings, "mended": mended}
        rows = {name: [output.doctor_row(one, one in case.fixes) for one in lists[name]] for name in lists}
        say(json.dumps({**rows, "agents": [state._asdict() for state in agent_states(case)]}))
    else:
        say(*(f"mended: {finding.message}" for finding in mended))
        say(*output.doctor_lines(findings))
        if not findings:
            say("everything is fine")
        _tell_shared(case)
        say(*agents_output.lines(agent_states(case)))
    return EXIT_FINDINGS if failed(findings) else EXIT_OK


def _tell_shared(case: Examination) -> None:
    """Print what this project shares; nothing if its configuration is unreadable, which is a finding."""
    try:
        config = load_config(case.repo.worktree, case.repo.config("gitprov."))
    except GitprovError:
        return
    say(f"shared with remotes: {sharing.line(config)}")
