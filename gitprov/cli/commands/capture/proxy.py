"""`gitprov proxy`: run a command, and record what models answer it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from gitprov.cli.door import complain
from gitprov.errors import GitprovError, UsageError

CONTEXT_SETTINGS = {"ignore_unknown_options": True, "allow_interspersed_args": False}


def command(
    words: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="The command line to run.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = 0,
    upstream: Annotated[
        str | None, typer.Option("--upstream", metavar="URL", help="Pass all calls on to this address.")
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option("--agent", metavar="NAME", help="The name in records; without it, the command's."),
    ] = None,
) -> int:
    """Run a command, and record the prompts that it sends to models and what they answer.

    A proxy on 127.0.0.1 passes the calls on, and answers back as they come; the variables from which
    libraries of Anthropic, OpenAI and Gemini read their address lead to it. Lines of an answer are recognized
    in what is committed later. Keys are passed on and never written. Exit code and signals are the command's.

    Example: gitprov proxy -- python generate.py

    Example: gitprov proxy --upstream http://localhost:4000 -- make code
    """
    try:
        from gitprov.web.proxy.run import run_command
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"the proxy needs {error.name}, which is not installed", "pip install 'gitprov[proxy]'"
        ) from None
    from gitprov.flow.capture.relay.acp_run import end_like
    from gitprov.git.locate import locate

    cwd = os.getcwd()
    if locate(os.path.join(cwd, "file")) is None:
        complain("gitprov: not in a git work tree: nothing is recorded")
    try:
        status = run_command(words, os.environ, cwd, port=port, upstream=upstream, agent=agent)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name or arguments are no texts for a program"
        if isinstance(error, (FileNotFoundError, PermissionError)):
            complain(f"gitprov: {words[0]} cannot be started: {reason}", "hint: gitprov proxy -- COMMAND")
            return 126 if isinstance(error, PermissionError) else 127
        raise UsageError(f"{words[0]} cannot be started: {reason}", "gitprov proxy -- COMMAND") from error
    return end_like(status)
