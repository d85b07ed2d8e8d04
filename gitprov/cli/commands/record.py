"""`gitprov record`: record files that a model wrote, from a script or by hand."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Annotated

import typer

from gitprov.cli.door import say
from gitprov.errors import UsageError
from gitprov.flow.capture.by_hand import StatedGeneration, record
from gitprov.flow.capture.moment import Moment
from gitprov.model.wording import amount

_LIMIT = 16 << 20


def command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files the model wrote, as they are now.")
    ],
    agent: Annotated[str, typer.Option(help="Name of the tool that asked the model.")],
    model: Annotated[str | None, typer.Option(help="The model, as its provider names it.")] = None,
    session: Annotated[str | None, typer.Option(help="Groups generations of one run.")] = None,
    turn: Annotated[str | None, typer.Option(help="Your id of this generation.")] = None,
    prompt: Annotated[str | None, typer.Option(help="The prompt.")] = None,
    prompt_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="The prompt's file, - for stdin.")
    ] = None,
    prompt_name: Annotated[str | None, typer.Option(help="What the prompt is called.")] = None,
    prompt_version: Annotated[str | None, typer.Option(help="Its version.")] = None,
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter, as temperature=0.2.")
    ] = None,
    request_id: Annotated[str | None, typer.Option(help="The provider's request id.")] = None,
    output_file: Annotated[str | None, typer.Option(metavar="FILE", help="All the model answered.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When, in UTC: 2026-02-01T10:00:04Z.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was recorded as JSON.")] = False,
) -> None:
    """Record files that a model wrote. What changed since they were last known counts as generated.

    Example: gitprov record --agent codegen --model m-1 --prompt-file prompt.txt src/api.py
    """
    if not agent.strip():
        raise UsageError("--agent is empty", "name the tool that asked the model, as in: --agent codegen")
    if prompt is not None and prompt_file is not None:
        raise UsageError("--prompt and --prompt-file exclude each other", "give the prompt once")
    made = StatedGeneration(
        agent=agent,
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
    done = record(made, paths, Moment(time.time(), os.environ, os.getcwd()))
    if as_json:
        say(json.dumps({"recorded": len(done.paths), "paths": list(done.paths)}))
    else:
        say(f"recorded {amount(len(done.paths), 'file')}")


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
