"""Help for `gitprov acp`; `gitprov.cli.main` runs the command itself directly, without typer."""

from __future__ import annotations

from typing import Annotated

import typer

CONTEXT_SETTINGS = {"ignore_unknown_options": True, "allow_interspersed_args": False}


def command(
    words: Annotated[list[str], typer.Argument(metavar="AGENT...", help="The agent's command line.")],
    agent: Annotated[
        str | None,
        typer.Option("--agent", metavar="NAME", help="The agent's name in records; without it, its own."),
    ] = None,
) -> None:
    """Record what an editor's agent does, over the Agent Client Protocol.

    The editor starts `gitprov acp -- AGENT ARGS` in place of the agent. Every byte passes unchanged in both
    directions; prompts, edits, tool calls, the model and token counts are recorded beside the stream. Exit
    code and signals are the agent's. Problems go to a log: see `gitprov doctor`.

    Examples: gitprov acp -- gemini --acp; gitprov acp --agent my-agent -- my-agent acp
    """
    from gitprov.cli.plain.acp import run

    raise typer.Exit(run([*(["--agent", agent] if agent else []), "--", *words]))
