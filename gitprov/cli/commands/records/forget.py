"""`gitprov forget`: erase the content of a trace, keep its record and a tombstone."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.door import complain, say
from gitprov.errors import UsageError
from gitprov.git.repo import Repository
from gitprov.model.untrusted.printed import clean

if TYPE_CHECKING:
    from gitprov.flow.records.forget import Forgetting

PRUNE = "git gc --prune=now"


def command(
    names: Annotated[
        list[str], typer.Argument(metavar="TRACE...", help="Trace ids, starts of them, or uncommitted turns.")
    ],
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the tombstone keeps it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would go; change nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help=f"Then run {PRUNE}, which removes all unreachable objects.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each trace.")] = False,
) -> None:
    """Erase prompt, output and file versions of a trace.

    They go from the store and its history, the inboxes and the index. The record with its digests stays, with
    a tombstone that records who had it erased, when and why, so that chains of records still verify.

    Git keeps the objects until it prunes: give --prune, or wait. What was pushed is still there: see
    docs/forget.md.

    Examples: gitprov forget --dry-run gen_20260201_0b9c41d2e7; gitprov forget gen_20260201_0b9c --reason "a
    customer's name"
    """
    from gitprov.flow.records import forget
    from gitprov.flow.recover import finish_interrupted

    with Repository.discover(os.getcwd(), os.environ) as repo:
        finish_interrupted(repo)
        finished = None if dry_run else forget.finish(repo)
        if finished is not None:
            _say(f"{finished}: an erasure that was cut off is finished", as_json)
        erasures = [forget.look(repo, name, reason, time.time()) for name in names if name != finished]
        due = [erasure for erasure in erasures if not erasure.done]
        if due and not dry_run:
            _confirm(due, yes)
        for erasure in due if not dry_run else ():
            forget.forget(repo, erasure)
        for erasure in erasures:
            say(*([json.dumps(_json(erasure, dry_run))] if as_json else _lines(erasure, dry_run)))
        if prune and not dry_run:
            repo.close()
            forget.prune(repo)
        elif any(erasure.stored for erasure in due):
            _say(f"Git keeps the erased objects until it prunes: {PRUNE}", as_json)
        if due and repo.config("remote."):
            _say("What a remote or a colleague already has stays there: see docs/forget.md", as_json)


def _confirm(due: list[Forgetting], yes: bool) -> None:
    if yes:
        return
    what = due[0].name if len(due) == 1 else f"{len(due)} traces"
    if not sys.stdin.isatty():
        raise UsageError(
            f"nobody can be asked whether to forget {what}", "give --yes, or look first with --dry-run"
        )
    for erasure in due:
        say(*_lines(erasure, dry_run=True))
    typer.confirm(f"Forget {clean(what)}? This cannot be undone", abort=True)


def _say(text: str, as_json: bool) -> None:
    (complain if as_json else say)(text)


def _lines(erasure: Forgetting, dry_run: bool) -> list[str]:
    if erasure.done:
        return [f"{erasure.name} was forgotten already"]
    events = sum(len(room.erasure.seqs) for room in erasure.rooms)
    turns = sum(len(room.erasure.turns) for room in erasure.rooms)
    parts = [
        f"{len(erasure.stored)} {'file' if len(erasure.stored) == 1 else 'files'} of the store"
        if erasure.stored
        else "",
        f"{events} {'edit' if events == 1 else 'edits'} in the inbox" if events else "",
        f"{turns} {'turn' if turns == 1 else 'turns'} in the inbox" if turns else "",
    ]
    did = ", ".join(filter(None, parts)) or "no contents here; a tombstone keeps them from coming"
    lines = [f"{erasure.name} {'would be forgotten' if dry_run else 'forgotten'}: {did}"]
    remains = [
        f"  still there: {kept.what}" + (f" ({kept.mend})" if kept.mend else "") for kept in erasure.kept
    ]
    return [*lines, *remains]


def _json(erasure: Forgetting, dry_run: bool) -> dict[str, object]:
    return {
        "trace": erasure.name,
        "forgotten": not dry_run,
        "already": erasure.done,
        "at": erasure.at,
        "by": erasure.by,
        "reason": erasure.reason,
        "stored": list(erasure.stored),
        "events": sum(len(room.erasure.seqs) for room in erasure.rooms),
        "turns": sum(len(room.erasure.turns) for room in erasure.rooms),
        "still": [kept._asdict() for kept in erasure.kept],
    }
