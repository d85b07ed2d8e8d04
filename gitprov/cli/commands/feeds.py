"""`gitprov feeds`: the lists that `gitprov check` compares with."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.cache import cache_folder
from gitprov.cli.door import say
from gitprov.errors import EXIT_CANNOT
from gitprov.feeds.lists import ListFacts, facts
from gitprov.git.repo import Repository
from gitprov.store.config import load_config

app = typer.Typer(
    help="The lists that checks compare with: popular names, modules, known vulnerabilities.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("status")
def status(as_json: Json = False) -> None:
    """List what is in use: each list with its source, date, licence and digest.

    Example: gitprov feeds status
    """
    rows = facts(cache_folder())
    if as_json:
        say(json.dumps({"lists": [row._asdict() for row in rows]}))
    else:
        say(*(line for row in rows for line in _lines(row)))


@app.command("update")
def update(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LIST]...", help="Default: all those whose address is configured."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fetch newer copies of lists from the addresses in [feeds] of the configuration.

    A copy that cannot be used is not taken: the one in use stays, and the exit code is 3.

    Example: gitprov feeds update pypi-advisories
    """
    from gitprov.flow.gates.refresh import refresh_lists

    with Repository.discover(os.getcwd(), os.environ) as repo:
        config = load_config(repo.worktree, repo.config("gitprov."))
    rows = list(refresh_lists(config, names or [], cache_folder(), time.time()))
    if as_json:
        say(json.dumps({"lists": [{**row.list._asdict(), "problem": row.problem or None} for row in rows]}))
    else:
        for row in rows:
            if row.problem:
                say(f"{row.list.name}: not refreshed from {row.address}: {row.problem}")
            else:
                say(f"{row.list.name}: of {row.list.date}, from {row.address}", f"  {row.list.digest}")
    if any(row.problem for row in rows):
        raise typer.Exit(EXIT_CANNOT)


def _lines(row: ListFacts) -> list[str]:
    copy = "refreshed" if row.refreshed else "as packaged"
    return [
        f"{row.name}: {row.what}",
        f"  {row.source}, {row.date}, {copy}; licence: {row.licence}",
        f"  {row.digest}",
    ]
