"""Functions of `gitprov install`, `uninstall` and `doctor`: options for this machine, output of steps."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import gitprov
from gitprov.cli import libraries
from gitprov.cli.door import complain, say
from gitprov.errors import UsageError
from gitprov.flow.setup.steps import InstallOptions, InstallPlan, Step, carry_out
from gitprov.git.repo import Repository
from gitprov.git.user.hooks_path import template_directory


def repository() -> Repository:
    """The repository of the current directory; NotARepository outside of one."""
    return Repository.discover(os.getcwd(), dict(os.environ))


def wish(agents: str | None = None, *, user: bool = False, push: bool | None = None) -> InstallOptions:
    """Options for this interpreter, package and user. `agents`: names joined by commas, or `none`."""
    lib = os.path.dirname(os.path.dirname(os.path.abspath(gitprov.__file__)))
    home, site = os.path.expanduser("~"), libraries.directory()
    return InstallOptions(
        sys.executable or "", lib, home, _names(agents), user, push, "" if site == lib else site
    )


def finish(
    outcome: InstallPlan,
    nothing: str,
    *,
    dry_run: bool,
    as_json: bool,
    summary: Callable[[], list[str]] | None = None,
) -> None:
    """Take the steps unless this is a dry run, and print the steps taken, or those that would be.

    `summary`, called after all steps, returns lines to print in place of one line for each step.
    """
    if not dry_run:
        carry_out(outcome)
    if as_json:
        steps = [{"action": s.action, "path": s.path, "detail": s.detail or None} for s in outcome.steps]
        say(json.dumps({"dry_run": dry_run, "steps": steps, "hints": outcome.hints}))
        return
    if outcome.steps and summary is not None and not dry_run:
        say(*summary())
    else:
        _list(outcome.steps, dry_run)
    if not outcome.steps:
        say(nothing)
    for hint in outcome.hints:
        complain(f"hint: {hint}")


def _list(steps: list[Step], dry_run: bool) -> None:
    for step in steps:
        detail = f"  ({step.detail})" if step.detail else ""
        say(f"{'would ' if dry_run else ''}{step.action}: {step.path}{detail}")
        if dry_run:
            say(*(f"    {line}" for line in step.diff))


def template(directory: str | None) -> str:
    """The template directory `directory`, else the configured one. UsageError if there is neither."""
    place = directory or template_directory(os.getcwd(), dict(os.environ))
    if place is None:
        raise UsageError(
            "no template directory: init.templateDir is not set", "name one: --template DIRECTORY"
        )
    return os.path.abspath(os.path.expanduser(place))


def _names(agents: str | None) -> tuple[str, ...] | None:
    if agents is None:
        return None
    names = tuple(name.strip() for name in agents.split(",") if name.strip())
    if "none" in names and len(names) > 1:
        raise UsageError("--agents none excludes other agents", "leave one of them out")
    return () if names == ("none",) else names
