"""`gitprov versions`: what a prompt produced each time, and what changed."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from gitprov.cli.door import exact
from gitprov.cli.terminal import Screen
from gitprov.git.repo import Repository


def command(
    query: Annotated[
        str,
        typer.Argument(
            metavar="KEY|NAME|PATH", help="A prompt's key, its name, a file that models wrote, or a trace id."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")] = False,
) -> None:
    """Show what a prompt produced each time, and what changed from one generation to the next.

    Generations with one prompt and one model are listed together, oldest first. Each file is compared with
    the generation that wrote it before: lines, and the definitions that differ. Generations that no commit
    holds yet are in gitprov status.

    Examples: gitprov versions 9f0c2d7b11a3e455; gitprov versions invoice-totals; gitprov versions src/api.py
    """
    from gitprov.flow.behaviour.versions import versions
    from gitprov.flow.recover import finish_interrupted
    from gitprov.output.behaviour import versions as output

    screen = Screen.of_stdout(os.environ)
    with Repository.discover(os.getcwd(), os.environ) as repo:
        finish_interrupted(repo)
        answer = versions(repo, query)
    if as_json:
        exact(json.dumps(output.as_json(answer)).encode("ascii") + b"\n")
        return
    with screen.open(os.getcwd(), "gitprov-versions") as out:
        out.lines(output.render(answer))
