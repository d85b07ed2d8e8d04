"""`gitprov check deps`: the packages that models' lines name."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from gitprov.checks.deps.verdicts import RULES
from gitprov.cli.commands.check import frame
from gitprov.cli.door import Progress

_PATIENCE = 2.0


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
        int, typer.Option("--max-age-days", min=0, metavar="DAYS", help="A younger package is reported.")
    ] = 180,
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
    from gitprov.flow.gates.subjects import subjects

    answer = frame.CheckAnswer("deps", form, strict, color, RULES)
    progress = Progress(_PATIENCE)
    options = PackageOptions(offline, all_lines, max_age_days, time.time(), cache_folder())
    with frame.repository() as repo:
        scope = frame.scope(repo, paths or [], commits, staged)
        judged = list(subjects(repo, scope))
        findings = packages(repo, scope, judged, options, progress)
    progress.end()
    answer.print(findings, {subject.path: subject for subject in judged})


def cache_folder() -> str:
    """The user's directory of cached answers and refreshed lists."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "gitprov")
