"""`gitprov check deps`: the packages that models' lines name."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from gitprov.checks.deps.verdicts import RULES
from gitprov.cli.cache import cache_folder
from gitprov.cli.commands.check import frame
from gitprov.cli.door import Progress

_PATIENCE = 2.0
_DAYS = 180


def command(
    paths: frame.Paths = None,
    commits: frame.Range = None,
    staged: frame.Staged = False,
    form: frame.Format = "text",
    strict: frame.Strict = False,
    all_lines: frame.AllLines = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no registry; earlier answers count.")
    ] = False,
    max_age_days: Annotated[
        int | None,
        typer.Option(
            "--max-age-days", min=0, metavar="DAYS", help="A younger package is reported, 180 by default."
        ),
    ] = None,
    baseline: frame.Baseline = None,
    write_baseline: frame.WriteBaseline = False,
    color: frame.Color = None,
) -> None:
    """Look up the packages that models' lines name: do they exist, since when, are they what they seem?

    Reads requirements files, pyproject.toml, setup.cfg, setup.py, Pipfile, conda environments, package.json,
    Cargo.toml, Dockerfiles, CI files, scripts, notebooks, Markdown, and imports of Python, JavaScript,
    TypeScript and Rust. Registries are those that pip, uv, npm and cargo are configured for.

    A name that could not be looked up is unknown, not fine. Exit code 1 where there are findings.

    Examples: gitprov check deps --staged; gitprov check deps --range origin/main..HEAD --format sarif
    """
    from gitprov.flow.gates.packages import PackageOptions, packages
    from gitprov.flow.gates.report import ReportOptions, load_policy
    from gitprov.flow.gates.subjects import subjects

    answer = frame.CheckAnswer(
        "deps", form, strict, color, RULES, ReportOptions(all_lines, baseline, write_baseline)
    )
    progress = Progress(_PATIENCE)
    with frame.repository() as repo:
        scope = frame.scope(repo, paths or [], commits, staged)
        policy = load_policy(repo, "deps")
        days = next((entry for entry in (max_age_days, policy.max_age_days) if entry is not None), _DAYS)
        options = PackageOptions(offline, all_lines, days, time.time(), cache_folder())
        judged = [
            subject for subject in subjects(repo, scope) if policy.enabled and policy.judges(subject.path)
        ]
        findings = packages(repo, scope, judged, options, progress) if judged else []
    progress.end()
    answer.print(findings, {subject.path: subject for subject in judged})
