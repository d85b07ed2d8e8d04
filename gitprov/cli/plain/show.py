"""Runs `gitprov show`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.cli.door import exact
from gitprov.cli.terminal import Screen
from gitprov.errors import EXIT_OK, GitprovError, UsageError
from gitprov.git.repo import Repository
from gitprov.model.answers.show import CommitAnswer, Text, TraceAnswer
from gitprov.model.untrusted.printed import clean_block
from gitprov.output import show as output

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGER = "gitprov-show"


def run(
    name: str = "HEAD",
    *,
    as_json: bool = False,
    prompt: bool = False,
    raw: bool = False,
    diff: bool = False,
    color: str | None = None,
) -> int:
    """Print a trace, or the traces of a commit, and return the exit code. UsageError for flags that exclude
    each other.
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
    return EXIT_OK


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
