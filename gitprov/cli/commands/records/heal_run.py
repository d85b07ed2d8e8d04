"""Runs heal and prints its report, without importing typer, which a plain `gitprov heal` does not need."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from gitprov.cli.door import Progress
from gitprov.cli.terminal import Screen
from gitprov.errors import EXIT_FINDINGS, EXIT_OK
from gitprov.git.repo import Repository

if TYPE_CHECKING:
    from gitprov.flow.heal.run import HealRequest

_PAGER = "gitprov-heal"


def run(request: HealRequest, *, as_json: bool = False, color: str | None = None) -> int:
    """Heal, print the report, and return the exit code."""
    from gitprov.flow.heal.run import heal
    from gitprov.flow.recover import finish_interrupted
    from gitprov.output.records import heal as output

    # The many small values form no reference cycles, so garbage collection would only cost time.
    gc.disable()
    env = os.environ
    screen = Screen.of_stdout(env)
    shown = Progress()
    with Repository.discover(os.getcwd(), env) as repo:
        if not request.dry:
            finish_interrupted(repo)
        try:
            report = heal(repo, request, shown)
        finally:
            shown.end()
        colours = screen.colours(repo.cwd, "gitprov", color, output.COLOURS)
    rows = [output.as_json(report)] if as_json else list(output.lines(report, colours))
    with screen.open(os.getcwd(), _PAGER, paging=not as_json) as out:
        out.lines(rows)
    return EXIT_FINDINGS if report.unhealed else EXIT_OK
