"""`gitprov show`: print the prompt, the raw output and the delta to the committed lines."""

from __future__ import annotations

from typing import Annotated

import typer

from gitprov.cli.plain.show import run


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
    run(name, as_json=as_json, prompt=prompt, raw=raw, diff=diff, color=color)
