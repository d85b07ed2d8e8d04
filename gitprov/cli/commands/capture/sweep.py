"""`gitprov sweep`: read agents' own records of sessions for edits that no hook reported."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.door import say
from gitprov.git.repo import Repository


def command(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was done as one JSON document.")
    ] = False,
) -> None:
    """Read agents' own records of sessions in this work tree for edits that no hook reported.

    Every commit does this by itself, so it is needed only to see sooner what `gitprov status` then shows. An
    edit counts if the file has it and HEAD has not. Running it again adds nothing.

    Examples: gitprov sweep; gitprov sweep --json
    """
    from gitprov.errors import GitprovError
    from gitprov.flow.capture.digest import open_inbox
    from gitprov.flow.capture.sweep.run import sweep
    from gitprov.output.records import sweep as output

    with Repository.discover(os.getcwd(), os.environ) as repo:
        if repo.worktree is None:
            raise GitprovError("a bare repository has no work tree to sweep", "run this inside a work tree")
        try:
            result = sweep(repo, open_inbox(repo.inbox_dir, repo.env), time.time())
        except OSError as error:
            hint = "is the .git directory writable?"
            raise GitprovError(f"transcripts were not swept: {error}", hint) from error
    say(*([json.dumps(output.as_json(result))] if as_json else output.lines(result)))
