"""`gitprov show`: print the prompt, the raw output and the delta to the committed lines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.door import exact
from gitprov.cli.terminal import Screen
from gitprov.errors import GitprovError, UsageError
from gitprov.git.repo import Repository
from gitprov.model.answers.show import CommitAnswer, Text, TraceAnswer
from gitprov.model.untrusted.printed import clean_block
from gitprov.output import show as output

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGER = "gitprov-show"


def command(
    name: Annotated[
        str, typer.Argument(metavar="TRACE|COMMIT", help="A trace id, the start of one, or a commit.")
    ] = "HEAD",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON document.")] = False,
    prompt: Annotated[bool, typer.Option("--prompt", help="Print the prompt alone, byte for byte.")] = False,
    raw: Annotated[bool, typer.Option("--output", help="Print the raw output alone, byte for byte.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Print the delta alone.")] = False,
    color: Annotated[str | None, typer.Option(metavar="WHEN", help="always, never or auto.")] = None,
) -> None:
    """Show prompt, raw output and delta of a trace.

    The delta is what developers changed of the output before the commit.

    Of a commit, all its traces in short. In a delta, `-` is dropped, `~` reworded, `+` added by somebody, `*`
    by another trace.

    Examples: gitprov show gen_20260201_0b9c41d2e7; gitprov show HEAD~3; gitprov show --prompt
    gen_20260201_0b9c
    """
    if sum((as_json, prompt, raw, diff)) > 1:
        raise UsageError("--json, --prompt, --output and --diff exclude each other", "give one of them")
    from gitprov.flow.read.show import show
    from gitprov.flow.recover import finish_interrupted
    from gitprov.flow.share.incoming import take_in

    env = os.environ
    screen = Screen.of_stdout(env)
    with Repository.discover(os.getcwd(), env) as repo:
        finish_interrupted(repo)
        take_in(repo)
        answer = show(repo, name)
        if as_json:
            exact(_json(answer).encode("ascii"))
        elif prompt or raw:
            _write_text(screen, _text(repo, answer, "prompt" if prompt else "output"))
        else:
            from gitprov.output.delta import COLOURS

            colours = screen.colours(repo.cwd, "diff", color, COLOURS)
            lines = output.diffs(answer, colours) if diff else _lines(answer, colours)
            with screen.open(repo.cwd, _PAGER) as out:
                out.lines(lines)


def _lines(answer: TraceAnswer | CommitAnswer, colours: Mapping[str, str]) -> Iterator[str]:
    if isinstance(answer, CommitAnswer):
        return output.of_commit(answer, colours)
    return output.of_trace(answer, colours)


def _json(answer: TraceAnswer | CommitAnswer) -> str:
    from gitprov.output import show_json

    row = show_json.of_commit(answer) if isinstance(answer, CommitAnswer) else show_json.of_trace(answer)
    return json.dumps(row) + "\n"


def _text(repo: Repository, answer: TraceAnswer | CommitAnswer, which: str) -> str:
    """The prompt or output of a trace, or of the only trace of a commit."""
    if isinstance(answer, CommitAnswer):
        from gitprov.flow.read.show import of_trace

        traces = [one.row.id for one in answer.traces]
        if len(traces) != 1:
            named = ", ".join(traces) or "none"
            raise UsageError(
                f"--{which} is of one trace; this commit has {len(traces)}", f"its traces: {named}"
            )
        answer = of_trace(repo, traces[0])
    text: Text = getattr(answer, which)
    if text.text is None:
        raise GitprovError(f"the {which} of {answer.id or 'this turn'}: {output.why_missing(text)}")
    return text.text


def _write_text(screen: Screen, text: str) -> None:
    """Write a prompt or an output byte for byte; on a terminal, control characters become escapes."""
    exact((clean_block(text) if screen.terminal else text).encode("utf-8", "surrogateescape"))
