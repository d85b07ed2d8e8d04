"""`gitprov uninstall`: restore all hooks and settings from before `gitprov install`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from gitprov.cli.commands.setup import installation
from gitprov.errors import NotARepository, UsageError
from gitprov.flow.setup import uninstall
from gitprov.flow.setup.steps import InstallOptions, InstallPlan
from gitprov.model.untrusted.printed import shell_quoted


def command(
    directory: Annotated[
        str | None, typer.Argument(help="With --template: the template, if not init.templateDir.")
    ] = None,
    user: Annotated[bool, typer.Option("--user", help="Also disconnect agents for all my projects.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Take the hooks out of a template.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the steps as one JSON object.")] = False,
) -> None:
    """Take gitprov's hooks out of this repository and put back what was there before. Records stay.

    Example: gitprov uninstall --dry-run
    """
    if directory is not None and not template:
        raise UsageError(
            "a directory goes with --template",
            f"as in: gitprov uninstall --template {shell_quoted(directory)}",
        )
    if template:
        outcome = uninstall.hook_steps(os.path.join(installation.template(directory), "hooks"))
    else:
        outcome = _uninstall(installation.wish(user=user))
    installation.finish(outcome, "nothing of gitprov's is installed", dry_run=dry_run, as_json=as_json)


def _uninstall(wish: InstallOptions) -> InstallPlan:
    try:
        repo = installation.repository()
    except NotARepository:
        if wish.user:
            return uninstall.agent_steps(wish, None)
        raise
    return uninstall.uninstall(repo, wish)
