"""`git ai-log`: the commits that hold AI-written lines."""

from __future__ import annotations

import gitprov.cli.search_path  # noqa: F401 - before all others  # isort: skip

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from gitprov.cli.boundary import guarded, leave
from gitprov.cli.door import answered, complain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gitprov.cli.log.args import LogCommand
    from gitprov.cli.terminal import Screen
    from gitprov.model.answers.log import LoggedCommit

_COMMAND = "ai-log"
#: Form → fields of a commit that it does not show.
_UNUSED = {"text": ("short", "time"), "oneline": ("date", "time"), "json": ("short", "date")}
_NOTHING = (
    "no commit here has a model's help on record; what waits for a commit: gitprov status; all is well?"
    " gitprov doctor"
)


def main() -> NoReturn:
    """Run the command line of this process and end with its exit code."""
    # The many small values form no reference cycles, so garbage collection would only cost time.
    gc.disable()
    leave(guarded(lambda: _main(sys.argv[1:])))


def _main(argv: Sequence[str]) -> int:
    if answered(argv, _COMMAND, "gitprov.cli.log.help"):
        return 0
    from gitprov.cli.log.args import parse

    return _run(parse(argv), os.getcwd(), os.environ)


def _run(command: LogCommand, cwd: str, env: Mapping[str, str]) -> int:
    from gitprov.cli.terminal import Screen
    from gitprov.flow.read.log import entries, start
    from gitprov.flow.share.incoming import take_in_at

    take_in_at(cwd, env)
    screen = Screen.of_stdout(env)
    stdin = 0 if command.stdin else None
    unused = _UNUSED[command.form]
    with start(command.query, cwd, env, stdin, screen.terminal, unused) as stream:
        render = _renderer(command, cwd, screen)
        commits = entries(command.query, stream, cwd, env)
        # Wait for the first commit before the pager starts, so that an error of git is shown without a pager.
        entry = next(commits, None)
        if entry is None:
            if screen.terminal and os.isatty(2):
                complain(_NOTHING)
            return 0
        with screen.open(cwd, _COMMAND, paging=command.form != "json") as out:
            for text in _texts(render, entry, commits, command.form == "text"):
                out.write(text)
    return 0


def _texts(
    render: Callable[[LoggedCommit], str], first: LoggedCommit, others: Iterator[LoggedCommit], apart: bool
) -> Iterator[str]:
    """Rendered commits; with `apart`, an empty line is put between them."""
    yield render(first)
    for entry in others:
        yield "\n" + render(entry) if apart else render(entry)


def _renderer(command: LogCommand, cwd: str, screen: Screen) -> Callable[[LoggedCommit], str]:
    from gitprov.output import log

    if command.form == "json":
        return log.as_json
    colours = screen.colours(cwd, _COMMAND, command.colour, log.COLOURS)
    shown = log.oneline if command.form == "oneline" else log.block
    return lambda entry: shown(entry, colours)


if __name__ == "__main__":
    main()
