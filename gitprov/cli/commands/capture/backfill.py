"""`gitprov backfill`: notes for past commits from agents' own records of sessions."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.door import say
from gitprov.git.repo import Repository

_Range = Annotated[
    str | None,
    typer.Argument(
        metavar="RANGE",
        help="A..B, or one commit. Without it: the newest 10,000 commits of HEAD and its upstream.",
        show_default=False,
    ),
]
_Dry = Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be done; write nothing.")]
_Json = Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")]


def command(commits: _Range = None, dry: _Dry = False, as_json: _Json = False) -> None:
    """Attribute past commits from agents' own records of sessions that are still there.

    For commits that were made before gitprov was installed, or with --no-verify as Aider does. Only notes are
    written, never messages, and only for commits without a note: a second run changes nothing. A commit
    without such evidence stays as it is: declared by its author or a trailer, else unknown.

    Examples: gitprov backfill -n; gitprov backfill main~50..main
    """
    from gitprov.flow.backfill import backfill
    from gitprov.flow.capture.moment import Moment
    from gitprov.output.records import backfill as output

    moment = Moment(time.time(), os.environ, os.getcwd())
    with Repository.discover(os.getcwd(), os.environ) as repo:
        report = backfill(repo, commits, moment, dry=dry)
    say(*([json.dumps(output.as_json(report))] if as_json else output.lines(report)))
