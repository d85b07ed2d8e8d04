"""Connecting agents: gitprov's capture hooks in their settings, and a gitprov that those hooks find."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator

from gitprov.errors import ConfigError, UsageError
from gitprov.flow.setup import connect
from gitprov.flow.setup.steps import InstallOptions, InstallPlan, Step
from gitprov.store.setup import agent_settings, launchers, shims

_PROGRAM = re.compile(r"""["']?(?P<program>[^\s"';&|]*gitprov)["']?\s+capture\b""")


def agent_steps(wish: InstallOptions, project: str | None, repo_home: str | None = None) -> InstallPlan:
    """Steps that connect agents through their settings.

    `project` is the top directory of the work tree, `repo_home` gitprov's directory in its repository.
    """
    wish = wish._replace(agents=_chosen(wish, project))
    scope = connect.scope_of(wish, project, repo_home)
    plan = _claude_steps(wish, project, scope.home)
    others = tuple(name for name in wish.agents or () if name in connect.NAMES)
    if not others:
        return plan
    more = connect.steps(others, scope)
    launcher = [] if plan.steps else launcher_steps(wish)
    return InstallPlan([*plan.steps, *launcher, *more.steps], plan.hints + more.hints)


def _chosen(wish: InstallOptions, project: str | None) -> tuple[str, ...] | None:
    """The names of agents in the options, `all` and `detected` resolved. UsageError for an unknown one."""
    names = wish.agents
    every = (*agent_settings.AGENTS, *connect.NAMES)
    if names == ("all",):
        return every
    if names == ("detected",):
        tops = [wish.user_home, *([project] if project else [])]
        return tuple(name for name in connect.detected(tops) if name in every)
    for name in names or ():
        if name not in every:
            raise UsageError(f"no agent {name!r}", f"known: {', '.join(every)}; or all, detected, none")
    return names


def _claude_steps(wish: InstallOptions, project: str | None, home: str) -> InstallPlan:
    """Steps that connect Claude Code. `home` keeps the original of its settings."""
    tree = None if wish.user else project
    path = agent_settings.settings_path(wish.user_home if tree is None else tree)
    used = os.path.isdir(os.path.dirname(path))
    if wish.agents is None and not used:
        present = os.path.isdir(os.path.join(wish.user_home, ".claude"))
        hint = (
            "Claude Code is on this machine; "
            "to record what it writes here: gitprov install --agents claude-code"
        )
        return InstallPlan(_user_launcher_steps(wish), [hint] if present else [])
    if wish.agents is not None and "claude-code" not in wish.agents:
        return InstallPlan([], [])
    before = agent_settings.read(path, tree)
    after = agent_settings.added(path, before)
    steps = launcher_steps(wish)
    if after != before:
        count = len(agent_settings.missing(path, before))
        detail = f"{count} hooks: gitprov capture claude-code" if count else "the command, brought up to date"
        step = connect.change(path, before, after, connect.SettingsScope("", tree, home), detail)
        steps += [] if step is None else [step]
    return InstallPlan(steps, [])


def _user_launcher_steps(wish: InstallOptions) -> list[Step]:
    """Steps that keep the launcher current where the user's own settings call gitprov already."""
    path = agent_settings.settings_path(wish.user_home)
    try:
        connected = bool(agent_settings.commands(path, agent_settings.read(path)))
    except ConfigError:  # the user did not request a change of that file
        return []
    return launcher_steps(wish) if connected else []


def launcher_steps(wish: InstallOptions) -> list[Step]:
    """Steps after which the command in agents' settings starts this installation of gitprov."""
    data = shims.render_launcher(shims.Settings(wish.python, wish.lib, site=wish.site))
    if not launchers.stale(wish.user_home, data):
        return []
    place = launchers.directory(wish.user_home)
    detail = "agents find gitprov here, in whatever environment they run"
    return [Step("launcher", place, detail, lambda: launchers.write(wish.user_home, data))]


def removal_steps(wish: InstallOptions) -> list[Step]:
    """Steps that remove the launcher from the home directory."""
    if not launchers.is_there(wish.user_home):
        return []
    place = launchers.directory(wish.user_home)
    return [Step("remove", place, "agents' launcher", lambda: launchers.remove(wish.user_home))]


def settings_files(wish: InstallOptions, project: str | None) -> list[tuple[str, str | None]]:
    """Every settings file that Claude Code reads for a project: user, project, private.

    Each comes with the work tree that contains it, None for the user's file.
    """
    tops = [(wish.user_home, None), *([(project, project)] if project else [])]
    files = [(agent_settings.settings_path(top), tree) for top, tree in tops]
    path, tree = files[-1]
    return [*files, (os.path.join(os.path.dirname(path), "settings.local.json"), tree)]


def unreachable(
    files: Iterable[tuple[str, str | None]], home: str, which: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    """Settings files whose command will not start gitprov, each with the program that is missing.

    `files`: as `settings_files` returns them. `which`: finds a command on PATH. ConfigError for a damaged
    file.
    """
    for path, tree in files:
        for command in agent_settings.commands(path, agent_settings.read(path, tree)):
            program = _missing_program(command, home, which)
            if program is not None:
                yield path, program


def _missing_program(command: str, home: str, which: Callable[[str], str | None]) -> str | None:
    """The program that one of gitprov's commands needs and does not find; None where nothing is missing."""
    if command == agent_settings.COMMAND:
        launcher = os.path.join(launchers.directory(home), "gitprov")
        return None if _starts(launcher) or which("gitprov") else launcher
    match = _PROGRAM.search(command)
    program = match["program"] if match else "gitprov"
    if "/" not in program:
        return None if which(program) else program
    for start in ("~/", "$HOME/", "${HOME}/"):
        if program.startswith(start):
            program = os.path.join(home, program[len(start) :])
    # Only the agent can expand other variables.
    return None if "$" in program or os.access(program, os.X_OK) else program


def _starts(launcher: str) -> bool:
    if not os.access(launcher, os.X_OK):
        return False
    with open(launcher, "rb") as file:
        return os.access(shims.settings_of(file.read()).python, os.X_OK)
