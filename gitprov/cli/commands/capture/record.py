"""`gitprov record`: record files that a model wrote, from a script or by hand, and logs of generations."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Annotated

import typer

from gitprov.cli.door import complain, say
from gitprov.errors import EXIT_FINDINGS, UsageError
from gitprov.flow.capture.calls.by_hand import StatedGeneration, record
from gitprov.flow.capture.moment import Moment
from gitprov.model.wording import amount

_LIMIT = 16 << 20


_Paths = Annotated[
    list[str] | None, typer.Argument(metavar="[PATH]...", help="Files the model wrote, as they are now.")
]
_Agent = Annotated[
    str | None,
    typer.Option(help="Name of the tool that asked the model; needed but for rows that name it."),
]
_PromptFile = Annotated[str | None, typer.Option(metavar="FILE", help="The prompt's file, - for stdin.")]
_Param = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter, as temperature=0.2.")
]
_At = Annotated[str | None, typer.Option(metavar="TIME", help="When, in UTC: 2026-02-01T10:00:04Z.")]
_Jsonl = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="A log with one generation in a row, as JSON; - for stdin."),
]


def command(
    paths: _Paths = None,
    agent: _Agent = None,
    model: Annotated[str | None, typer.Option(help="The model, as its provider names it.")] = None,
    session: Annotated[str | None, typer.Option(help="Groups generations of one run.")] = None,
    turn: Annotated[str | None, typer.Option(help="Your id of this generation.")] = None,
    prompt: Annotated[str | None, typer.Option(help="The prompt.")] = None,
    prompt_file: _PromptFile = None,
    prompt_name: Annotated[str | None, typer.Option(help="What the prompt is called.")] = None,
    prompt_version: Annotated[str | None, typer.Option(help="Its version.")] = None,
    param: _Param = None,
    request_id: Annotated[str | None, typer.Option(help="The provider's request id.")] = None,
    output_file: Annotated[str | None, typer.Option(metavar="FILE", help="All the model answered.")] = None,
    at: _At = None,
    jsonl: _Jsonl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was recorded as JSON.")] = False,
) -> int:
    """Record files that a model wrote. What changed since they were last known counts as generated.

    With --jsonl each row is one generation (docs/from-code.md). Its files are those that it names; without
    files, lines of its output are recognized in what is committed later. Bad rows are reported by number, the
    others are recorded, and the exit code is 1.

    Example: gitprov record --agent codegen --model m-1 --prompt-file prompt.txt src/api.py

    Example: gitprov record --agent codegen --jsonl answers.jsonl
    """
    if prompt is not None and prompt_file is not None:
        raise UsageError("--prompt and --prompt-file exclude each other", "give the prompt once")
    stated = StatedGeneration(
        agent=agent or "",
        model=model,
        session=session,
        turn=turn,
        prompt=prompt if prompt_file is None else _text(prompt_file),
        prompt_name=prompt_name,
        prompt_version=prompt_version,
        params=dict(_param(one) for one in param or []),
        request_id=request_id,
        output=None if output_file is None else _text(output_file),
        at=at,
    )
    if jsonl is not None:
        if paths or stated != StatedGeneration(stated.agent):
            raise UsageError("--jsonl takes no other facts than --agent", "write them into the rows")
        return _record_log(jsonl, agent, as_json)
    return _record(stated, paths or [], as_json)


def _record(stated: StatedGeneration, paths: list[str], as_json: bool) -> int:
    """Record one generation; returns the exit code."""
    if not stated.agent.strip():
        raise UsageError("--agent is empty", "name the tool that asked the model, as in: --agent codegen")
    done = record(stated, paths, _moment())
    if as_json:
        say(json.dumps({"recorded": len(done.paths), "paths": list(done.paths)}))
    else:
        say(f"recorded {amount(len(done.paths), 'file')}")
    return 0


def _record_log(path: str, agent: str | None, as_json: bool) -> int:
    """Record each row of a log; returns the exit code."""
    from gitprov.flow.capture.calls.bulk import record_log

    try:
        file = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115 - closed below
        with file:
            done = record_log(file, agent, _moment())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    complain(*(f"row {bad.number}: {bad.why}" for bad in done.bad))
    if as_json:
        bad_rows = [bad._asdict() for bad in done.bad]
        say(json.dumps({"generations": done.generations, "paths": list(done.paths), "bad": bad_rows}))
    else:
        counts = f"{amount(done.generations, 'generation')}, {amount(len(done.paths), 'file')}"
        say(f"recorded {counts}" + (f"; bad rows: {len(done.bad)}" if done.bad else ""))
    return EXIT_FINDINGS if done.bad else 0


def _moment() -> Moment:
    return Moment(time.time(), os.environ, os.getcwd())


def _param(text: str) -> tuple[str, object]:
    """Name and value of `name=value`; the value is parsed as JSON if possible, else it is text."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--param {text!r} is not NAME=VALUE", "as in: --param temperature=0.2")
    try:
        return name, json.loads(value, parse_constant=str)
    except ValueError:
        return name, value


def _text(path: str) -> str:
    """The text of the file at `path`, or of stdin for `-`."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(_LIMIT + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > _LIMIT:
        raise UsageError(f"{path} is larger than {_LIMIT >> 20} MiB")
    return data.decode("utf-8", "surrogateescape")
