"""`gitprov search`: prompts, commits and reviews that contain words."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from gitprov.cli.commands.index import Db, opened, refreshed
from gitprov.cli.door import say
from gitprov.errors import EXIT_FINDINGS
from gitprov.git.repo import Repository
from gitprov.model.moments import day_of
from gitprov.output.text import clean


def command(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="All of them must occur.")],
    most: Annotated[int, typer.Option("-n", min=1, help="The largest number of answers.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each answer.")] = False,
    db: Db = None,
) -> None:
    """Search prompts, subjects of commits and notes of reviews for words, newest first.

    A word is letters and digits in any case; whole words match. Exit code 1 where nothing does.

    Example: gitprov search retry timeout
    """
    with Repository.discover(os.getcwd(), os.environ) as repo, opened(repo, db) as base:
        from gitprov.flow.index.search import search

        refreshed(repo, base)
        answers = search(repo, base, " ".join(words), most)
    if as_json:
        say(*(json.dumps(answer._asdict()) for answer in answers))
    else:
        rows = ((answer.kind.ljust(6), answer.ref, day_of(answer.at), answer.text) for answer in answers)
        say(*("  ".join(map(clean, row)) for row in rows))
    if not answers:
        raise typer.Exit(EXIT_FINDINGS)
