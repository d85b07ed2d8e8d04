"""`gitprov export`: write what is recorded in the format of another tool."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.exchange.frame import deliver, refreshed
from gitprov.cli.commands.stats import Revisions, usable
from gitprov.cli.door import say
from gitprov.errors import UsageError
from gitprov.model.wording import amount

FORMATS = ("git-ai", "agent-trace", "csv", "prov", "spdx", "cyclonedx")


def command(
    form: Annotated[str, typer.Argument(metavar="|".join(FORMATS), help="The format.")],
    revs: Revisions = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="A file; standard output, if none or -.")
    ] = None,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="git-ai only: write the notes on refs/notes/ai of this clone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write what is recorded of commits in the format of another tool.

    Nothing is lost here, but most formats hold less than a note does: docs/exchange.md lists what each
    leaves out. A mirror never changes a note that another tool wrote.

    Examples: gitprov export git-ai v1.0..HEAD --out notes.jsonl; gitprov export git-ai --mirror
    """
    from gitprov.flow.exchange import exporting
    from gitprov.flow.exchange.collect import chosen

    revisions = usable(revs, "export")
    if form not in FORMATS:
        raise UsageError(f"{form!r} is no format to write: {', '.join(FORMATS)}", "gitprov export -h")
    if mirror and (form != "git-ai" or out is not None):
        raise UsageError("--mirror writes git-ai's notes ref and no file", "gitprov export git-ai --mirror")
    with repository() as repo:
        refreshed(repo)
        oids = chosen(repo, revisions)
        if not mirror:
            deliver(exporting.export(repo, form, oids), out, as_json=as_json)
            return
        done = exporting.mirror(repo, oids)
    if as_json:
        say(json.dumps(done._asdict()))
    else:
        written = amount(len(done.written), "note")
        say(f"refs/notes/ai: {written} written, {len(done.foreign)} of other tools kept")
