"""`gitprov install`: add hooks to a repository or a template, capture hooks to an agent's settings."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Annotated

import typer

from gitprov.cli.commands.setup import install_text, installation
from gitprov.cli.door import complain
from gitprov.errors import ConfigError, NotARepository, UsageError
from gitprov.flow.setup import agents as connecting
from gitprov.flow.setup import install
from gitprov.flow.setup.steps import InstallOptions, InstallPlan
from gitprov.git.repo import Repository
from gitprov.model.untrusted.printed import shell_quoted


def command(
    directory: Annotated[
        str | None, typer.Argument(help="With --template: the template, if not init.templateDir.")
    ] = None,
    agents: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Agents to connect, comma-joined (docs/agents.md), or all, detected, none. Default: Claude"
            " Code where the project has settings of it.",
        ),
    ] = None,
    user: Annotated[
        bool, typer.Option("--user", help="Connect agents for all my projects, not this one.")
    ] = False,
    scope: Annotated[
        str | None,
        typer.Option(metavar="project|user", help="Whose settings: by default the project's."),
    ] = None,
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
        hint = f"as in: gitprov install --template {shell_quoted(directory)}"
        raise UsageError("a directory goes with --template", hint)
    wish = installation.wish(agents, user=_is_user(scope, user=user), push=push)
    repo = None if template else _repository(wish)
    outcome = _plan(wish, repo, installation.template(directory) if template else None)
    hints = [*outcome.hints, *_completion()] if outcome.steps else outcome.hints
    summary = None if template else lambda: install_text.lines(outcome, wish, repo)
    installation.finish(
        outcome._replace(hints=hints), "already installed", dry_run=dry_run, as_json=as_json, summary=summary
    )
    if not (template or dry_run or wish.agents == ()):
        _look_again(wish, None if repo is None else repo.worktree)


def _plan(wish: InstallOptions, repo: Repository | None, template: str | None) -> InstallPlan:
    """The steps for a template, else for a repository, else for the user's settings of agents alone."""
    if template is not None:
        return install.install_template(template, wish)
    return connecting.agent_steps(wish, None) if repo is None else install.install(repo, wish)


def _is_user(scope: str | None, *, user: bool) -> bool:
    """Whether the user's settings are meant, by --scope or --user."""
    if scope not in (None, "project", "user") or (user and scope == "project"):
        raise UsageError("--scope is project or user", "as in: gitprov install --agents all --scope user")
    return user or scope == "user"


def _repository(wish: InstallOptions) -> Repository | None:
    """The current repository; outside of one None with --user, which needs none, else NotARepository."""
    try:
        return installation.repository()
    except NotARepository:
        if wish.user:
            return None
        raise


def _look_again(wish: InstallOptions, project: str | None) -> None:
    """Print a hint if git does not find our commands; ConfigError if an agent does not find gitprov.

    Such an agent would lose records silently.
    """
    hint = install_text.how_to_find("git-ai-log", wish.user_home, os.environ)
    if hint is not None:
        complain(f"hint: {hint}")
    files = connecting.settings_files(wish, project)
    for path, program in connecting.unreachable(files, wish.user_home, shutil.which):
        raise ConfigError(
            f"Claude Code will not find gitprov: {path} runs {program}, which is not there; nothing that it"
            " writes is recorded",
            "take that entry out of the file, then: gitprov install --agents claude-code",
        )


def _completion() -> list[str]:
    """A hint how bash finds our completions, if it does not search this environment by itself."""
    script = os.path.join(sys.prefix, "share", "bash-completion", "completions", "git-ai-blame")
    if sys.prefix in {"/usr", "/usr/local"} or not os.path.exists(script):
        return []
    return [
        f"bash completes `git ai-blame` and `git ai-log` after: source {os.path.dirname(script)}/git-ai-blame"
    ]
