"""`gitprov review`: record who reviewed what a model wrote."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.door import say
from gitprov.git.repo import Repository


def command(
    name: Annotated[
        str, typer.Argument(metavar="TRACE|COMMIT", help="A trace id, the start of one, or a commit.")
    ],
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A remark to keep with the review.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar='"NAME <EMAIL>"', help="Who reviewed; you, if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was recorded as JSON.")] = False,
) -> None:
    """Record that somebody reviewed a trace.

    It is kept in the note of each commit that holds the trace; of a commit, each of its traces is reviewed.

    Giving it again changes nothing. `Reviewed-by` trailers of a commit count as well.

    Example: gitprov review HEAD --note "checked the error paths"
    """
    from gitprov.flow.records.review import review
    from gitprov.flow.recover import finish_interrupted
    from gitprov.flow.share.incoming import take_in

    with Repository.discover(os.getcwd(), os.environ) as repo:
        finish_interrupted(repo)
        take_in(repo)
        done = review(repo, name, by, note, time.time())
    new = set(done.new)
    if as_json:
        rows = [{"commit": oid, "trace": trace, "new": (oid, trace) in new} for oid, trace in done.pairs]
        say(json.dumps({"by": done.by, "reviews": rows}))
        return
    for oid, trace in done.pairs:
        state = "reviewed" if (oid, trace) in new else "was reviewed already"
        say(f"{oid[:12]} {trace} {state} by {done.by}")
