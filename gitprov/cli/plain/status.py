"""Runs `gitprov status`."""

from __future__ import annotations

import os
import time

from gitprov.cli.door import say
from gitprov.errors import EXIT_OK
from gitprov.git.repo import Repository


def run(as_json: bool = False) -> int:
    """Print what is recorded and not committed yet, and return the exit code."""
    from gitprov.flow.read.status import status
    from gitprov.output import status as output

    with Repository.discover(os.getcwd(), os.environ) as repo:
        answer = status(repo, time.time())
    if as_json:
        import json

        say(json.dumps(output.as_json(answer)))
    else:
        say(*output.render(answer))
    return EXIT_OK
