"""Summary of `gitprov install` for its first run: what was done, and what to do next."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from gitprov.flow.setup.steps import InstallOptions, InstallPlan, Step
from gitprov.git.repo import Repository
from gitprov.output.records import sharing
from gitprov.store.config import load_config
from gitprov.store.setup import agent_settings, launchers


def lines(outcome: InstallPlan, wish: InstallOptions, repo: Repository | None) -> list[str]:
    """The summary, about five lines. `repo` is None if only the user's settings were changed."""
    rows = [] if repo is None else [_hooks(outcome.steps)]
    rows += _agents(outcome.steps, wish, repo)
    if repo is not None:
        rows.append(f"shares: {sharing.line(load_config(repo.worktree, repo.config('gitprov.')))}")
    rows.append(
        "next:   let the agent edit, commit as usual, then: git ai-log, git ai-blame FILE, gitprov show HEAD"
    )
    if repo is not None:
        rows.append("check:  gitprov doctor        undo: gitprov uninstall")
    return rows


def _hooks(steps: list[Step]) -> str:
    put = [step for step in steps if step.action in {"hook", "update"}]
    if not put:
        return "hooks:  as they were"
    first = [os.path.basename(step.path) for step in steps if step.action == "chain"]
    rest = f"; yours still run, before them: {', '.join(first)}" if first else ""
    return f"hooks:  {len(put)} in {os.path.dirname(put[0].path)}{rest}"


def _agents(steps: list[Step], wish: InstallOptions, repo: Repository | None) -> list[str]:
    project = None if repo is None else repo.worktree
    tree = None if wish.user else project
    top = wish.user_home if tree is None else tree
    path = agent_settings.settings_path(top)
    more = [
        f"agents: {step.detail.partition(':')[0]}, through {step.path}"
        for step in steps
        if ": gitprov capture " in step.detail and step.path != path
    ]
    if more and (wish.agents or ())[:1] != ("claude-code",):
        return more
    if not agent_settings.commands(path, agent_settings.read(path, tree)):
        connect = "gitprov install --agents claude-code"
        return [f"agents: none is connected; Claude Code: {connect} (for all your projects: add --user)"]
    rows = [f"agents: Claude Code reports what it writes, through {path}", *more]
    changed = any(step.action == "agent" for step in steps)
    if changed and repo is not None and top == project and not _is_ignored(repo, path):
        rows.append(
            "next:   commit .claude/settings.json, for everybody who has run gitprov install"
            " (for you alone: gitprov uninstall, then install with --user)"
        )
    return rows


def _is_ignored(repo: Repository, path: str) -> bool:
    return repo.try_run("check-ignore", "-q", "--", path).returncode == 0


def how_to_find(command: str, home: str, env: Mapping[str, str]) -> str | None:
    """A hint how git can find a subcommand of ours in every shell; None if it does already."""
    place = shutil.which(command, path=env.get("PATH"))
    active = {env.get("VIRTUAL_ENV"), env.get("CONDA_PREFIX")} - {None}
    if place is not None and os.path.dirname(os.path.dirname(place)) not in active:
        return None
    directory = launchers.directory(home)
    if not os.access(os.path.join(directory, command), os.X_OK):
        directory = os.path.dirname(os.path.abspath(sys.argv[0]))
    shown = f"$HOME{directory.removeprefix(home)}" if directory.startswith(home + os.sep) else directory
    why = "is not on PATH" if place is None else "is on PATH only while this environment is active"
    mend = f"echo 'export PATH=\"{shown}:$PATH\"' >>~/.profile"
    return f"`git {command.removeprefix('git-')}` {why}; for good: {mend}"
