"""`gitprov install`: hooks into a repository or a template, capture hooks into an agent's settings."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from gitprov.cli import installation
from gitprov.errors import NotARepository, UsageError
from gitprov.flow import install
from gitprov.model.printed import shell_quoted


def command(
    directory: Annotated[
        str | None, typer.Argument(help="With --template: the template, if not init.templateDir.")
    ] = None,
    agents: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Agents to connect (claude-code), comma-joined, or none. Default: those the project has settings of.",
        ),
    ] = None,
    user: Annotated[
        bool, typer.Option("--user", help="Connect agents for all my projects, not this one.")
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Put the hooks into a template of new clones.")
    ] = False,
    push: Annotated[
        bool | None,
        typer.Option(
            "--push/--no-push", help="Share records at each git push (docs/sharing.md). Default: as it is."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the steps as one JSON object.")] = False,
) -> None:
    """Put gitprov's hooks into this repository. Hooks that are there keep running, first.

    Example: gitprov install --agents claude-code
    """
    if directory is not None and not template:
        raise UsageError(
            "a directory goes with --template", f"as in: gitprov install --template {shell_quoted(directory)}"
        )
    wish = installation.wish(agents, user=user, push=push)
    if template:
        outcome = install.install_template(installation.template(directory), wish)
    else:
        outcome = _install(wish)
    hints = [*outcome.hints, *_completion()] if outcome.steps else outcome.hints
    installation.finish(outcome._replace(hints=hints), "already installed", dry_run=dry_run, as_json=as_json)


def _install(wish: install.Wish) -> install.Outcome:
    """With --user the agents' settings make sense outside a repository too."""
    try:
        repo = installation.repository()
    except NotARepository:
        if wish.user:
            return install.agent_steps(wish, None)
        raise
    return install.install(repo, wish)


def _completion() -> list[str]:
    """Where bash finds our completions, if this environment is not one that it looks into by itself."""
    script = os.path.join(sys.prefix, "share", "bash-completion", "completions", "git-ai-blame")
    if sys.prefix in {"/usr", "/usr/local"} or not os.path.exists(script):
        return []
    return [
        f"bash completes `git ai-blame` and `git ai-log` after: source {os.path.dirname(script)}/git-ai-blame"
    ]
