"""`git ai-blame`: the prompt, model and person that each line of a file comes from."""

from __future__ import annotations

import gitprov.cli.search_path  # noqa: F401 - before all others  # isort: skip

import gc
import os
import sys
from collections.abc import Sequence

from gitprov.cli.boundary import guarded, leave
from gitprov.cli.door import answered, exact, say
from gitprov.errors import GitFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from gitprov.cli.blame.args import BlameCommand
    from gitprov.errors import GitprovError
    from gitprov.flow.read.blame import Answer
    from gitprov.flow.read.line_facts import Uncommitted
    from gitprov.flow.read.prompts import Prompts
    from gitprov.git.repo import Repository
    from gitprov.git.stream import Stream
    from gitprov.model.notes.note import Claim

_COMMAND = "ai-blame"


def main() -> NoReturn:
    """Run the command line of this process and end with its exit code."""
    # The many small values form no reference cycles, so garbage collection would only cost time.
    gc.disable()
    leave(guarded(lambda: _main(sys.argv[1:])))


def _main(argv: Sequence[str]) -> int:
    from gitprov.cli.blame.args import parse

    if answered(argv, _COMMAND, "gitprov.cli.blame.help"):
        return 0
    command = parse(argv)
    if command.request.contents is not None:
        from gitprov.cli.blame.contents import with_contents

        command = with_contents(command)
    try:
        return _run(command, os.getcwd(), os.environ)
    except GitFailed as error:
        raise _explained(error, command, os.getcwd(), os.environ) from error


def _explained(error: GitFailed, command: BlameCommand, cwd: str, env: Mapping[str, str]) -> GitprovError:
    """Git's error, or a better one for a path in a submodule, which git blame only reports as missing."""
    from gitprov.flow.read.submodules import refer
    from gitprov.git.repo import Repository

    with Repository.discover(cwd, env) as repo:
        return refer(repo, command.request) or error


def _run(command: BlameCommand, cwd: str, env: Mapping[str, str]) -> int:
    from gitprov.flow.read import blame
    from gitprov.flow.share.incoming import take_in
    from gitprov.git.repo import Repository

    if command.form in ("porcelain", "line-porcelain"):
        with Repository.discover(cwd, env) as repo:
            take_in(repo)
            return _porcelain(repo, command)
    # Git blame runs while this process opens the repository.
    prompt = command.form == "text" and not command.stats
    with blame.start(command.request, cwd, env, prompt) as stream, Repository.discover(cwd, env) as repo:
        take_in(repo)
        if command.stats:
            return _stats(repo, command, stream)
        if command.form == "json":
            return _json(repo, command, stream)
        return _text(repo, command, stream)


def _answer(repo: Repository, command: BlameCommand, stream: Stream) -> Answer:
    from gitprov.flow.read.blame import answer

    return answer(repo, command.request, stream, _uncommitted(repo, command.request.unsaved))


def _uncommitted(repo: Repository, unsaved: bytes | None) -> Uncommitted:
    """A function from a path to the inbox's claims on uncommitted lines; it reads the inbox when called.

    The lines are those of an unsaved text, else those on disk.
    """

    def claims(path: str) -> list[Claim]:
        from gitprov.flow.evidence.uncommitted import uncommitted

        claims_of = uncommitted(repo, unsaved)
        return claims_of(path) if claims_of else []

    return claims


def _porcelain(repo: Repository, command: BlameCommand) -> int:
    from gitprov.flow.read.blame import porcelain
    from gitprov.output.blame.porcelain import render

    whole, facts = porcelain(
        repo, command.request, f"--{command.form}", _uncommitted(repo, command.request.unsaved)
    )
    by_row = {row: fact for (_, row), fact in zip(whole.lines, facts, strict=True)}
    exact(b"".join(render(whole.rows, by_row)))
    return 0


def _stats(repo: Repository, command: BlameCommand, stream: Stream) -> int:
    from gitprov.output.blame import stats as blame_stats

    answer = _answer(repo, command, stream)
    stats = blame_stats.count(line.facts for piece in answer.lines for line in piece)
    if command.form == "json":
        import json

        document = blame_stats.as_json(answer.target.path, answer.target.revision, stats)
        say(json.dumps(document))
    else:
        say(*blame_stats.as_text(answer.target.path, stats).splitlines())
    return 0


def _json(repo: Repository, command: BlameCommand, stream: Stream) -> int:
    from gitprov.output.blame.document import Document

    answer = _answer(repo, command, stream)
    document = Document()
    traces: set[str] = set()
    for piece in answer.lines:
        document.add(piece, answer.commits)
        if command.show_prompt:
            traces.update(line.facts.trace for line in piece if line.facts.trace is not None)
    prompts = None
    if command.show_prompt:
        texts = _prompts(repo)
        texts.learn(traces)
        prompts = {trace: texts.of(trace) for trace in sorted(traces)}
    for text in document.render(answer.target.path, answer.target.revision, prompts):
        exact(text.encode("ascii"))
    return 0


def _prompts(repo: Repository) -> Prompts:
    from gitprov.flow.read.prompts import Prompts

    return Prompts(repo)


#: Files of up to so many lines are shown after all lines are blamed: column widths then depend on all values.
_AT_ONCE = 500


def _text(repo: Repository, command: BlameCommand, stream: Stream) -> int:
    from gitprov.cli.blame.printer import Printer
    from gitprov.cli.terminal import Screen
    from gitprov.flow.read.blame import expected_runs, in_order

    screen = Screen.of_stdout(repo.env)
    printer = Printer(repo, command, screen)
    answer = _answer(repo, command, stream)
    content = answer.target.content
    long = content is not None and len(content) > _AT_ONCE
    runs = expected_runs(command.request, len(content)) if content is not None and long else None
    ordered = in_order(answer.lines, runs)
    # Wait for the first lines before the pager starts, so that an error of git is shown without a pager.
    piece = next(ordered, None)
    if piece is None:
        return 0
    last = runs[-1][1] if runs else piece[-1].line
    with screen.open(repo.cwd, _COMMAND) as out:
        while piece is not None:
            for row in printer.rows(piece, answer.commits, last):
                out.write(row)
            out.flush()
            piece = next(ordered, None)
    return 0


if __name__ == "__main__":
    main()
