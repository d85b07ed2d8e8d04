"""`git ai-blame`: which prompt, model and person each line of a file comes from."""

from __future__ import annotations

import gitprov.cli.search_path  # noqa: F401 - before all others  # isort: skip

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.cli.boundary import guarded
from gitprov.cli.door import exact, say
from gitprov.errors import GitFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitprov.cli.blame_args import Command
    from gitprov.errors import GitprovError
    from gitprov.flow.blame import Answer
    from gitprov.flow.origins import Uncommitted
    from gitprov.flow.prompts import Prompts
    from gitprov.git.repo import Repository
    from gitprov.git.stream import Stream
    from gitprov.model.note import Claim

_COMMAND = "ai-blame"


def main() -> int:
    """Run the command line of this process and return its exit code."""
    # Thousands of small values and no cycles: looking for garbage would only cost time.
    gc.disable()
    return guarded(lambda: _main(sys.argv[1:]))


def _main(argv: Sequence[str]) -> int:
    from gitprov.cli.blame_args import parse, wants

    if wants(argv, "-h", "--help"):
        from gitprov.cli.blame_help import HELP

        say(*HELP.splitlines())
        return 0
    if wants(argv, "--version"):
        from gitprov import __version__

        say(f"git ai-blame (gitprov) {__version__}")
        return 0
    command = parse(argv)
    try:
        return _run(command, os.getcwd(), os.environ)
    except GitFailed as error:
        raise _explained(error, command, os.getcwd(), os.environ) from error


def _explained(error: GitFailed, command: Command, cwd: str, env: Mapping[str, str]) -> GitprovError:
    """Git's error, or a better one where the path is in a submodule, of which git blame only says that it is not here."""
    from gitprov.flow.submodules import refer
    from gitprov.git.repo import Repository

    with Repository.discover(cwd, env) as repo:
        return refer(repo, command.request) or error


def _run(command: Command, cwd: str, env: Mapping[str, str]) -> int:
    from gitprov.flow import blame
    from gitprov.flow.incoming import take_in
    from gitprov.git.repo import Repository

    if command.form in ("porcelain", "line-porcelain"):
        with Repository.discover(cwd, env) as repo:
            take_in(repo)
            return _porcelain(repo, command)
    # Git works while we look around.
    prompt = command.form == "text" and not command.stats
    with blame.start(command.request, cwd, env, prompt) as stream, Repository.discover(cwd, env) as repo:
        take_in(repo)
        if command.stats:
            return _stats(repo, command, stream)
        if command.form == "json":
            return _json(repo, command, stream)
        return _text(repo, command, stream)


def _answer(repo: Repository, command: Command, stream: Stream) -> Answer:
    from gitprov.flow.blame import answer

    return answer(repo, command.request, stream, _uncommitted(repo))


def _uncommitted(repo: Repository) -> Uncommitted:
    """What the inbox says of lines that no commit holds yet; only where there are such lines is it looked at."""

    def claims(path: str) -> list[Claim]:
        from gitprov.flow.worktree import uncommitted

        known = uncommitted(repo)
        return known(path) if known else []

    return claims


def _porcelain(repo: Repository, command: Command) -> int:
    from gitprov.flow.blame import porcelain
    from gitprov.output.blame_porcelain import render

    whole, facts = porcelain(repo, command.request, f"--{command.form}", _uncommitted(repo))
    by_row = {row: fact for (_, row), fact in zip(whole.lines, facts, strict=True)}
    exact(b"".join(render(whole.rows, by_row)))
    return 0


def _stats(repo: Repository, command: Command, stream: Stream) -> int:
    from gitprov.output import blame_stats

    found = _answer(repo, command, stream)
    stats = blame_stats.count(line.facts for piece in found.lines for line in piece)
    if command.form == "json":
        import json

        document = blame_stats.as_json(found.target.path, found.target.revision, stats)
        say(json.dumps(document))
    else:
        say(*blame_stats.as_text(found.target.path, stats).splitlines())
    return 0


def _json(repo: Repository, command: Command, stream: Stream) -> int:
    from gitprov.output.blame_json import Document

    found = _answer(repo, command, stream)
    document = Document()
    traces: set[str] = set()
    for piece in found.lines:
        document.add(piece, found.commits)
        if command.show_prompt:
            traces.update(line.facts.trace for line in piece if line.facts.trace is not None)
    prompts = None
    if command.show_prompt:
        texts = _prompts(repo)
        prompts = {trace: texts.of(trace) for trace in sorted(traces)}
    for text in document.render(found.target.path, found.target.revision, prompts):
        exact(text.encode("ascii"))
    return 0


def _prompts(repo: Repository) -> Prompts:
    from gitprov.flow.prompts import Prompts

    return Prompts(repo)


#: Lines of a file that is shown when all of it is known, so that its columns are chosen by what they have to show.
_AT_ONCE = 500


def _text(repo: Repository, command: Command, stream: Stream) -> int:
    from gitprov.cli.blame_text import Printer
    from gitprov.cli.terminal import Screen
    from gitprov.flow.blame import expected_runs, in_order

    screen = Screen.of_stdout(repo.env)
    printer = Printer(repo, command, screen)
    found = _answer(repo, command, stream)
    content = found.target.content
    long = content is not None and len(content) > _AT_ONCE
    runs = expected_runs(command.request, len(content)) if content is not None and long else None
    ordered = in_order(found.lines, runs)
    # Wait for the first lines before there is a pager: an error of git belongs on a terminal without one.
    piece = next(ordered, None)
    if piece is None:
        return 0
    last = runs[-1][1] if runs else piece[-1].line
    with screen.open(repo.cwd, _COMMAND) as out:
        while piece is not None:
            for row in printer.rows(piece, found.commits, last):
                out.write(row)
            out.flush()
            piece = next(ordered, None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
