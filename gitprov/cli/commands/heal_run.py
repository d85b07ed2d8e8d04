"""Runs heal and prints its report, without importing typer, which a plain `gitprov heal` does not need."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from gitprov.cli.door import progress
from gitprov.cli.terminal import Screen
from gitprov.errors import EXIT_FINDINGS, EXIT_OK
from gitprov.git.repo import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitprov.flow.heal.run import HealRequest

_PAGER = "gitprov-heal"


def run(request: HealRequest, *, as_json: bool = False, color: str | None = None) -> int:
    """Heal, print the report, and return the exit code."""
    from gitprov.flow.heal.run import heal
    from gitprov.flow.recover import finish_interrupted
    from gitprov.output import heal as output

    # The many small values form no reference cycles, so garbage collection would only cost time.
    gc.disable()
    env = os.environ
    screen = Screen.of_stdout(env)
    shown = _HealProgress()
    with Repository.discover(os.getcwd(), env) as repo:
        if not request.dry:
            finish_interrupted(repo)
        try:
            report = heal(repo, request, shown)
        finally:
            shown.end()
        colours = _colours(repo.cwd, screen, color)
    rows = [output.as_json(report)] if as_json else list(output.lines(report, colours))
    with screen.open(os.getcwd(), _PAGER, paging=not as_json) as out:
        out.lines(rows)
    return EXIT_FINDINGS if report.unhealed else EXIT_OK


def _colours(cwd: str, screen: Screen, when: str | None) -> Mapping[str, str]:
    if not screen.colour(cwd, "gitprov", when):
        return {}
    from gitprov.git.user.settings import colours
    from gitprov.output.heal import COLOURS

    return {**COLOURS, **colours("gitprov", COLOURS, cwd=cwd, env=screen.env)}


class _HealProgress:
    """Progress in one line on stderr, rewritten at each step; nothing if stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = False
        self._terminal = os.isatty(2)

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._terminal:
            much = f"{done:,} of {total:,}" if total else f"{done:,}"
            progress(f"{what}: {much}")
            self._shown = True

    def end(self) -> None:
        if self._shown:
            progress("")
