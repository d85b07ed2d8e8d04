"""Help for `gitprov capture`; `gitprov.cli.main` runs the command itself directly, without typer."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.capture import run


def command(agent: Annotated[str, typer.Argument(help="claude-code or generic.")]) -> None:
    """Record one hook payload, read from stdin. Agents call this; it never fails them.

    Exits 0 and prints nothing, whatever happens. Problems go to a log: see `gitprov doctor`.
    """
    raise typer.Exit(run([agent]))
