"""`gitprov doctor`: list problems of this installation, each with a command to mend it."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.plain.doctor import run


def command(
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> None:
    """Look for what is broken, and say how to mend it. Exit code 1 if records get lost or commits fail.

    Lists the agents in use here too: whether each reports to gitprov, and when it last did.

    Example: gitprov doctor --fix
    """
    code = run(fix, as_json)
    if code:
        raise typer.Exit(code)
