"""`git ai-log`: the commits that hold AI-written lines."""

from __future__ import annotations

import gitprov.cli.search_path  # noqa: F401 - before all others  # isort: skip

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.cli.boundary import guarded
from gitprov.cli.door import complain, say

if TYPE_CHECKING:
    from gitprov.cli.log_args import Command
    from gitprov.cli.terminal import Screen
    from gitprov.model.logged import Entry

_COMMAND = "ai-log"
_NOTHING = "no commit here has a model's help on record; what waits for a commit: gitprov status; all is well? gitprov doctor"


def main() -> int:
    """Run the command line of this process and return its exit code."""
    # Thousands of small values and no cycles: looking for garbage would only cost time.
    gc.disable()
    return guarded(lambda: _main(sys.argv[1:]))


def _main(argv: Sequence[str]) -> int:
    own = argv[: argv.index("--")] if "--" in argv else argv
    if "-h" in own or "--help" in own:
        from gitprov.cli.log_help import HELP

        say(*HELP.splitlines())
        return 0
    if "--version" in own:
        from gitprov import __version__

        say(f"git ai-log (gitprov) {__version__}")
        return 0
    from gitprov.cli.log_args import parse

    return _run(parse(argv), os.getcwd(), os.environ)


def _run(command: Command, cwd: str, env: Mapping[str, str]) -> int:
    from gitprov.cli.terminal import Screen
    from gitprov.flow.log import entries, start
    from gitprov.flow.taken import take_in_at

    take_in_at(cwd, env)
    screen = Screen.of_stdout(env)
    stdin = 0 if command.stdin else None
    with start(command.query, cwd, env, stdin, prompt=screen.terminal) as stream:
        render = _renderer(command, cwd, env, screen)
        found = entries(command.query, stream, cwd, env)
        # Wait for the first commit before there is a pager: an error of git belongs on a terminal without one.
        entry = next(found, None)
        if entry is None:
            if screen.terminal and os.isatty(2):
                complain(_NOTHING)
            return 0
        with screen.open(cwd, _COMMAND, paging=command.form != "json") as out:
            for text in _texts(render, entry, found, command.form == "text"):
                out.write(text)
    return 0


def _texts(
    render: Callable[[Entry], str], first: Entry, others: Iterator[Entry], apart: bool
) -> Iterator[str]:
    """Commits as text; `apart` puts an empty line between them."""
    yield render(first)
    for entry in others:
        yield "\n" + render(entry) if apart else render(entry)


def _renderer(command: Command, cwd: str, env: Mapping[str, str], screen: Screen) -> Callable[[Entry], str]:
    from gitprov.output import log

    if command.form == "json":
        return log.as_json
    colours: Mapping[str, str] = {}
    if screen.colour(cwd, _COMMAND, command.colour):
        from gitprov.git.settings import colours as chosen

        colours = {**log.COLOURS, **chosen(_COMMAND, log.COLOURS, cwd=cwd, env=env)}
    shown = log.oneline if command.form == "oneline" else log.block
    return lambda entry: shown(entry, colours)


if __name__ == "__main__":
    sys.exit(main())
