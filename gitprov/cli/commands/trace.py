"""`gitprov trace`: the lines of a trace in commits, and those alive."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.commands.index import Db, opened, refreshed
from gitprov.cli.door import say
from gitprov.errors import UsageError
from gitprov.git.repo import Repository
from gitprov.output.text import clean

if TYPE_CHECKING:
    from gitprov.flow.index.surviving import TraceLines


def command(
    trace: Annotated[str, typer.Argument(metavar="TRACE", help="A trace id, or the start of one.")],
    surviving: Annotated[
        bool, typer.Option("--surviving", help="Also the lines that are alive, on any branch.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    db: Db = None,
) -> None:
    """List the lines that commits record of a trace; with --surviving also those alive on any branch.

    Example: gitprov trace gen_20260201_0b9c41d2e7 --surviving
    """
    if not trace.strip():
        raise UsageError("an empty text names no trace", "gitprov trace -h")
    with Repository.discover(os.getcwd(), os.environ) as repo, opened(repo, db) as base:
        from gitprov.flow.index.surviving import trace_lines

        refreshed(repo, base)
        answer = trace_lines(repo, base, trace, surviving=surviving)
    say(*([json.dumps(_document(answer))] if as_json else _lines(answer)))


def _lines(answer: TraceLines) -> list[str]:
    rows = [answer.trace]
    rows += [
        f"  {row.oid[:12]}  {clean(row.path)}:{_run(row.first, row.last)}  {row.cls}" for row in answer.ranges
    ]
    if answer.living is None:
        return rows
    rows.append("alive:" if answer.living else "alive: none")
    for entry in answer.living:
        names = ", ".join(name.removeprefix("refs/heads/").removeprefix("refs/") for name in entry.branches)
        rows.append(f"  {clean(entry.path)}:{entry.lines}  {len(entry.lines)} on {clean(names)}")
    return rows


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _document(answer: TraceLines) -> dict[str, object]:
    ranges = [
        {"commit": row.oid, "path": row.path, "first": row.first, "last": row.last, "class": row.cls}
        for row in answer.ranges
    ]
    living = answer.living
    rows = [
        {
            "path": entry.path,
            "lines": str(entry.lines),
            "count": len(entry.lines),
            "branches": list(entry.branches),
        }
        for entry in living or ()
    ]
    return {"trace": answer.trace, "ranges": ranges, "alive": None if living is None else rows}
