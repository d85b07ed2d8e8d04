"""`gitprov heal`: find commits that should have a note and do not, and rebuild it."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.terminal import Screen
from gitprov.errors import EXIT_FINDINGS
from gitprov.git.repo import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGER = "gitprov-heal"
_CLEAR = "\r\x1b[K"


_Range = Annotated[
    str | None,
    typer.Argument(
        metavar="RANGE",
        help="A..B, or one commit. Without it: what the upstream does not have, else the newest 10,000 of HEAD.",
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
_Write = Annotated[bool, typer.Option("--write", help="Write notes of pushed commits too.")]
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

    What another program rewrote, a forge squashed, or a clone without hooks committed is found again by what messages,
    reflogs, patches and this clone's inbox tell. Only what is certain is written; the rest is listed with what would
    help. Running it again changes nothing.

    A dry run by default where a commit that was pushed would get a note.

    Examples: gitprov heal; gitprov heal main..HEAD -n; gitprov heal --map .git/filter-repo/commit-map;
    gitprov heal --from FETCH_HEAD HEAD
    """
    from gitprov.errors import UsageError
    from gitprov.flow.finish import finish_interrupted
    from gitprov.flow.heal import Request, heal
    from gitprov.output import heal as output

    if write and dry:
        raise UsageError("--write and --dry-run exclude each other", "give one of them")
    # Thousands of small values and no cycles: looking for garbage would only cost time.
    gc.disable()
    env = os.environ
    screen = Screen.of_stdout(env)
    progress = _Progress()
    with Repository.discover(os.getcwd(), env) as repo:
        if not dry:
            finish_interrupted(repo)
        request = Request(commits, everything, tuple(maps or ()), source, write, dry)
        try:
            report = heal(repo, request, progress)
        finally:
            progress.end()
        colours = _colours(repo.cwd, screen, color)
    rows = [output.as_json(report)] if as_json else list(output.lines(report, colours))
    with screen.open(os.getcwd(), _PAGER, paging=not as_json) as out:
        out.write("".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape"))
    if report.unhealed:
        raise typer.Exit(EXIT_FINDINGS)


def _colours(cwd: str, screen: Screen, when: str | None) -> Mapping[str, str]:
    if not screen.colour(cwd, "gitprov", when):
        return {}
    from gitprov.git.settings import colours
    from gitprov.output.heal import COLOURS

    return {**COLOURS, **colours("gitprov", COLOURS, cwd=cwd, env=screen.env)}


class _Progress:
    """One line on a terminal's stderr, rewritten as the work goes on; nothing anywhere else."""

    def __init__(self) -> None:
        self._shown = False
        self._terminal = os.isatty(2)

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._terminal:
            much = f"{done:,} of {total:,}" if total else f"{done:,}"
            sys.stderr.write(f"{_CLEAR}{what}: {much}")
            sys.stderr.flush()
            self._shown = True

    def end(self) -> None:
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
