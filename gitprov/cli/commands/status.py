"""`gitprov status`: show what is recorded and not committed yet."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.door import say
from gitprov.git.repo import Repository


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")] = False,
) -> None:
    """Show what is recorded and not committed yet.

    Also what the next commit would record, or why it would be refused.

    Of each file: lines staged, pending (in the work tree only) and dropped so far. Of each turn: agent,
    model, prompt and age; `gitprov show` takes the name at its front.
    """
    from gitprov.flow.read.status import status
    from gitprov.output import status as output

    with Repository.discover(os.getcwd(), os.environ) as repo:
        answer = status(repo, time.time())
    if as_json:
        say(json.dumps(output.as_json(answer)))
        return
    say(*output.render(answer))
