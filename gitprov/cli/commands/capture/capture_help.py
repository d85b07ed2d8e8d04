"""Help for `gitprov capture`; `gitprov.cli.main` runs the command itself directly, without typer."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.capture import run


def command(
    agent: Annotated[str, typer.Argument(help="The agent's name (docs/agents.md), or generic.")],
    event: Annotated[
        str | None, typer.Argument(help="The hook's event, for agents whose payload does not name it.")
    ] = None,
) -> None:
    """Record one hook payload, read from stdin. Agents call this; it never fails them.

    Exits 0 and prints nothing, whatever happens. Problems go to a log: see `gitprov doctor`.

    Example: gitprov capture copilot postToolUse <payload.json
    """
    raise typer.Exit(run([agent] if event is None else [agent, event]))
