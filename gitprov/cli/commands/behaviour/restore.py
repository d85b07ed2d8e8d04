"""`gitprov restore`: bring back what a generation wrote."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.door import say
from gitprov.git.repo import Repository
from gitprov.model.answers.behaviour.restore import DELETED, EQUAL, WRITTEN, Restored

_WORDS = {DELETED: "deleted", EQUAL: "is so already"}


def command(
    generation: Annotated[str, typer.Argument(metavar="GEN", help="A trace id, or the start of one.")],
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Some of its files; all, if none is named."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="PATH", help="Write to this file or directory instead.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would be written, and write nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Overwrite changes that no commit has.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was done as one JSON document.")
    ] = False,
) -> None:
    """Bring back the files of a generation as the model wrote them.

    The next commit attributes the lines to that model and prompt, and its record names this generation as its
    parent. Nothing is written where changes that no commit has would be lost, where a link is in the way, or
    where a secret was redacted from the kept content.

    Examples: gitprov restore gen_20260201_0b9c41d2e7 --dry-run; gitprov restore gen_20260201_0b9c41d2e7
    src/api.py --to src/api_old.py
    """
    from gitprov.flow.behaviour.restore import RestoreOptions, restore
    from gitprov.flow.capture.moment import Moment
    from gitprov.flow.recover import finish_interrupted

    moment = Moment(time.time(), os.environ, os.getcwd())
    with Repository.discover(os.getcwd(), os.environ) as repo:
        finish_interrupted(repo)
        done = restore(repo, generation, RestoreOptions(tuple(paths or ()), to, dry_run, force), moment)
    if as_json:
        say(json.dumps({**done._asdict(), "files": [file._asdict() for file in done.files]}))
    else:
        say(*_lines(done))


def _lines(done: Restored) -> list[str]:
    lines = [f"{'would restore' if done.dry_run else 'restored'} from {done.trace}"]
    for file in done.files:
        origin = f" (from {file.path})" if file.target != file.path else ""
        counts = f"+{file.added} -{file.removed}" if file.action == WRITTEN else _WORDS[file.action]
        lines.append(f"  {file.target}{origin}  {counts}")
    return lines
