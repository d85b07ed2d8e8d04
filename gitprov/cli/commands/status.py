"""`gitprov status`: show what is recorded and not committed yet."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.plain.status import run


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")] = False,
) -> None:
    """Show what is recorded and not committed yet.

    Also what the next commit would record, or why it would be refused.

    Of each file: lines staged, pending (in the work tree only) and dropped so far. Of each turn: agent,
    model, prompt and age; `gitprov show` takes the name at its front.
    """
    run(as_json)
