"""`gitprov heal`: find commits that should have a note and do not, and rebuild it."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.commands.records.heal_run import run

_Range = Annotated[
    str | None,
    typer.Argument(
        metavar="RANGE",
        help="A..B, or one commit. Without it: the newest 10,000 commits of HEAD and its upstream.",
        show_default=False,
    ),
]
_All = Annotated[bool, typer.Option("--all", help="All commits of all branches and tags.")]
_Maps = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="OLD:NEW|FILE", help="What became what, or filter-repo's commit-map."),
]
_From = Annotated[
    str | None,
    typer.Option("--from", metavar="REF", help="The head of a pull request that was merged as one commit."),
]
_Write = Annotated[bool, typer.Option("--write", hidden=True, help="As without it: notes are written.")]
_Dry = Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be done; write nothing.")]
_Json = Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")]
_Color = Annotated[str | None, typer.Option(metavar="WHEN", help="always, never or auto.")]


def command(
    commits: _Range = None,
    everything: _All = False,
    maps: _Maps = None,
    source: _From = None,
    write: _Write = False,
    dry: _Dry = False,
    as_json: _Json = False,
    color: _Color = None,
) -> None:
    """Find commits that should have a note and do not, and rebuild it.

    What another program rewrote, a forge squashed, or a clone without hooks committed is found again by
    messages, reflogs, branches and this clone's inbox. Only what is certain is written, also for pushed
    commits: a note changes no commit. The rest is listed with what would help. Running it again changes
    nothing.

    Examples: gitprov heal; gitprov heal main..HEAD -n; gitprov heal --map .git/filter-repo/commit-map;
    gitprov heal --from FETCH_HEAD HEAD
    """
    from gitprov.errors import UsageError
    from gitprov.flow.heal.run import HealRequest

    if write and dry:
        raise UsageError("--write and --dry-run exclude each other", "give one of them")
    code = run(HealRequest(commits, everything, tuple(maps or ()), source, dry), as_json=as_json, color=color)
    if code:
        raise typer.Exit(code)
