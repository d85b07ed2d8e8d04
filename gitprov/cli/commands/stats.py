"""`gitprov stats`: numbers about the lines of models and people in a range of commits."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from gitprov.cli.commands.index import Db, opened, refreshed
from gitprov.cli.door import say
from gitprov.errors import EXIT_FINDINGS, UsageError
from gitprov.git.repo import Repository

Revisions = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RANGE]...", help="Revisions as git log takes them; all of HEAD, if none."),
]


def usable(revisions: list[str] | None, command_name: str) -> list[str]:
    """The revisions of a command line. UsageError where one looks like an option."""
    for rev in revisions or []:
        if rev.startswith("-"):
            raise UsageError(f"{rev!r} is no revision", f"gitprov {command_name} -h")
    return revisions or []


def command(
    revs: Revisions = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="GROUP", help="model, agent, prompt, author, path or week."),
    ] = None,
    alert: Annotated[
        bool, typer.Option("--alert", help="Exit code 1 where the last week's delta rate is a spike.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    db: Db = None,
) -> None:
    """Count the lines of models and of people: shares with their coverage, deltas, landing, survival.

    Coverage is the part of the added lines for which there is any evidence: a share means little without it.
    The delta rate is what developers changed or left out of raw output; 15-30% is usual. A spike is a week
    whose median is 3 robust standard deviations above the others, with at least 30 generations in all.

    People are listed only with --by author, by name.

    Examples: gitprov stats; gitprov stats v1.0..HEAD --by model; gitprov stats --alert
    """
    from gitprov.attribution.statistics.shares import GROUPS
    from gitprov.output import stats as output

    revisions = usable(revs, "stats")
    if by is not None and by not in GROUPS:
        raise UsageError(f"--by takes {', '.join(GROUPS)}, not {by!r}", "gitprov stats -h")
    with Repository.discover(os.getcwd(), os.environ) as repo, opened(repo, db) as base:
        from gitprov.flow.index.stats import stats

        refreshed(repo, base)
        answer = stats(repo, base, revisions, by)
    if as_json:
        say(json.dumps(output.document(answer)))
    else:
        say(*output.lines(answer))
    if alert and answer.weeks and answer.weeks[-1].is_spike:
        raise typer.Exit(EXIT_FINDINGS)
