"""`gitprov clone-setup`: configure a plain `git fetch` to fetch the records of others."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.commands.records.heal_new import heal_new
from gitprov.cli.commands.setup import installation
from gitprov.errors import GitprovError
from gitprov.flow.setup import fetch
from gitprov.git.remotes.remote import remotes as configured_remotes


def command(
    remotes: Annotated[
        list[str] | None, typer.Argument(metavar="[REMOTE]...", help="Default: the one git push takes.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the steps as one JSON object.")] = False,
) -> None:
    """Let git fetch bring a remote's notes too, beside yours and never over them. gitprov install does it as
    well.

    For clones in which nobody commits (a server, CI, a bare repository); gitprov uninstall takes it back.

    Example: gitprov clone-setup && git fetch && git ai-blame src/app.py
    """
    repo = installation.repository()
    outcome = fetch.steps(repo, remotes or ())
    if not outcome.steps and not outcome.hints and configured_remotes(repo).default is None:
        raise GitprovError("there is no remote to fetch records from", "git remote add origin <url>")
    installation.finish(outcome, "already set up", dry_run=dry_run, as_json=as_json)
    if not dry_run:
        heal_new(repo)
