"""Command lines that run without typer, whose import takes longer than the commands do.

A command line of an entry of `PLAIN` runs here if it has only the flags and the argument listed there, each
spelled out. Every other one (a value of an option, help, an error) is parsed by typer, from which
`tests/cli/test_plain.py` checks the entries.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

_ROOM = os.path.dirname(os.path.abspath(__file__))
#: Columns of the stored list of commands, and the most that typer uses.
_WIDTH = 80


class PlainCommand(NamedTuple):
    """A command: the module with its function `run`, flag → parameter, and the parameter of its argument."""

    module: str
    flags: Mapping[str, str]
    argument: str | None = None


PLAIN = {
    "status": PlainCommand("gitprov.cli.plain.status", {"--json": "as_json"}),
    "show": PlainCommand(
        "gitprov.cli.plain.show",
        {"--json": "as_json", "--prompt": "prompt", "--output": "raw", "--diff": "diff"},
        "name",
    ),
    "doctor": PlainCommand("gitprov.cli.plain.doctor", {"--fix": "fix", "--json": "as_json"}),
}


def run_plain(argv: Sequence[str]) -> int | None:
    """Run one command line, without the program's name; its exit code, None if it needs typer."""
    if list(argv) in ([], ["-h"], ["--help"]):
        return _overview()
    command = PLAIN.get(argv[0])
    values = None if command is None else arguments(command, argv[1:])
    if command is None or values is None:
        return None
    from gitprov.cli.boundary import guarded

    # The many small values form no reference cycles, so garbage collection would only cost time.
    gc.disable()
    run = import_module(command.module).run
    return guarded(lambda: run(**values))


def arguments(command: PlainCommand, words: Sequence[str]) -> dict[str, str | bool] | None:
    """Parameter → value for the words after a command's name; None if they need typer."""
    values: dict[str, str | bool] = {}
    for word in words:
        if word in command.flags:
            values[command.flags[word]] = True
        elif not word or word.startswith("-") or command.argument in {None, *values}:
            return None
        else:
            values[str(command.argument)] = word
    return values


def _overview() -> int | None:
    """Print the list of all commands; None where the terminal is too narrow for the stored one."""
    if _columns() < _WIDTH:
        return None
    from gitprov.cli.boundary import guarded
    from gitprov.cli.door import exact

    def run() -> int:
        with open(os.path.join(_ROOM, "overview.txt"), "rb") as file:
            exact(file.read())
        return 0

    return guarded(run)


def _columns() -> int:
    """Columns as typer counts them: COLUMNS, else those of a terminal, else 80."""
    try:
        columns = int(os.environ.get("COLUMNS", "0"))
        return columns if columns > 0 else os.get_terminal_size(sys.stdout.fileno()).columns or _WIDTH
    except (AttributeError, ValueError, OSError):
        return _WIDTH
