"""Help and record of `gitprov guard`; `gitprov.cli.main` runs the hook itself directly, without typer."""

from __future__ import annotations

import json
import os
from inspect import cleandoc
from typing import Annotated

import typer

from gitprov.agents.payloads.before_tool import hook_settings
from gitprov.cli.door import say


def command(
    agent: Annotated[
        str | None,
        typer.Argument(help="claude-code, codex, gemini, copilot or cursor; without it the payload decides."),
    ] = None,
    log: Annotated[
        bool, typer.Option("--log", help="List what was refused or unknown in this clone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="List it as JSON, with the reasons.")] = False,
) -> None:
    """Refuse an agent's install commands that name packages which must not be trusted.

    Opt-in: the agent's hook before shell commands runs it, with the payload on stdin. A command of pip, uv,
    poetry, npm, pnpm, yarn, cargo and the like is refused if it names a package that does not exist, that
    did not exist when it was looked up before, or that looks like a popular one. What cannot be determined
    passes and is recorded; if gitprov fails, the command passes. The exit code is always 0.

    Examples: gitprov guard claude-code; gitprov guard --log

    Settings of the agents, to be merged into the file:
    """
    if not log and not as_json:
        from gitprov.cli.plain.guard import run

        raise typer.Exit(run([agent] if agent else []))
    from gitprov.git.repo import Repository
    from gitprov.store import guard_log

    with Repository.discover(os.getcwd(), os.environ) as repo:
        rows = guard_log.read(repo.common_dir)
    if as_json:
        say(json.dumps({"packages": [row._asdict() for row in rows]}))
        return
    for row in rows:
        say(f"{row.at}  {row.outcome:7}  {row.ecosystem} {row.package}  {row.rule or row.reason}")


#: The help ends with each agent's setting, on a line that is not wrapped.
command.__doc__ = "\n\n".join(
    (
        cleandoc(command.__doc__ or ""),
        *(f"\b\n{row.name}, {row.file}:\n{row.text}" for row in hook_settings()),
    )
)
