"""Connecting agents other than Claude Code through the hooks files that `agents/payloads/table.py` names."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from gitprov.agents.payloads import table
from gitprov.agents.payloads.table import AgentRow
from gitprov.errors import Obstructed
from gitprov.flow.setup import agent_files, setting_lines
from gitprov.flow.setup.steps import InstallOptions, InstallPlan, Step
from gitprov.store import files
from gitprov.store.setup import agent_settings, launchers, originals

NAMES = tuple(row.name for row in table.ROWS if row.hooks is not None)
"""Names of the agents that this module connects."""


class SettingsScope(NamedTuple):
    """Where settings are changed: `top` is the project or the home directory, `tree` the project or None.

    `home` keeps the originals.
    """

    top: str
    tree: str | None
    home: str


def scope_of(wish: InstallOptions, project: str | None, repo_home: str | None) -> SettingsScope:
    """The scope of the options: the project's settings, or the user's with `user` or outside of projects."""
    if wish.user or project is None or repo_home is None:
        return SettingsScope(wish.user_home, None, os.path.dirname(launchers.directory(wish.user_home)))
    return SettingsScope(project, project, repo_home)


def steps(names: tuple[str, ...], scope: SettingsScope) -> InstallPlan:
    """Steps that connect these agents, and what their users must do to trust the hooks."""
    planned, hints = [], []
    for row in table.ROWS:
        if row.name not in names or row.hooks is None:
            continue
        changed = []
        for path, event in files_of(row, scope):
            before = agent_settings.read(path, scope.tree)
            after = agent_files.added(path, before, row, row.hooks, event)
            changed.append(change(path, before, after, scope, _detail(row)))
            if row.hooks.style == table.LINES and setting_lines.differing(after, row.hooks):
                hints.append(f"{path} sets {', '.join(row.hooks.events)} to another value: it stays as it is")
        if row.toml is not None:
            toml_path = os.path.join(scope.top, row.toml[0])
            old = agent_settings.read(toml_path, scope.tree)
            new = agent_files.toml_switched_on(toml_path, old, row.toml[1])
            changed.append(change(toml_path, old, new, scope, f"{'.'.join(row.toml[1])} = true"))
            if agent_files.toml_value(old, row.toml[1]) is False:
                hints.append(f"{toml_path} switches {'.'.join(row.toml[1])} off: {row.title} runs no hooks")
        planned += [step for step in changed if step is not None]
        hints.append(f"{row.title}: {row.trust}")
    return InstallPlan(planned, hints)


def _detail(row: AgentRow) -> str:
    if row.hooks is not None and row.hooks.style == table.LINES:
        return ", ".join(f"{key}: {value}" for key, value in row.hooks.events.items())
    return f"{row.title}: gitprov capture {row.name}"


def removal_steps(scope: SettingsScope) -> list[Step]:
    """Steps that disconnect all agents of a scope."""
    planned = []
    for row in table.ROWS:
        if row.hooks is None:
            continue
        paths = [path for path, _ in files_of(row, scope)]
        for place in [*paths, *([os.path.join(scope.top, row.toml[0])] if row.toml else [])]:
            text = _read_quietly(place, scope)
            if text is None:
                continue
            original = originals.restorable(scope.home, place, text.encode("utf-8"))
            if original is not None:
                back = None if original.before is None else original.before.decode("utf-8")
                planned.append(restore(place, text, back, scope))
            elif place in paths and agent_files.missing(place, text, row.hooks) != [*row.hooks.events]:
                bare = agent_files.removed(place, text, row.hooks)
                planned += [] if bare == text else [restore(place, text, bare, scope)]
    return planned


def files_of(row: AgentRow, scope: SettingsScope) -> list[tuple[str, str | None]]:
    """The hooks files of an agent in a scope, each with the event that it is a script for."""
    relative = row.hooks and (row.hooks.user if scope.tree is None else row.hooks.project)
    if row.hooks is None or not relative:
        return []
    path = os.path.join(scope.top, relative)
    if row.hooks.style == table.SCRIPTS:
        return [(os.path.join(path, event), event) for event in row.hooks.events]
    return [(path, None)]


def is_connected(row: AgentRow, scope: SettingsScope) -> bool:
    """Whether an agent's hooks file in a scope has all of gitprov's hooks."""
    if row.hooks is None:
        return False
    texts = {path: _read_quietly(path, scope) for path, _ in files_of(row, scope)}
    if row.hooks.style == table.LINES:
        return not any(setting_lines.differing(text, row.hooks) for text in texts.values())
    return bool(texts) and not any(agent_files.missing(path, texts[path], row.hooks) for path in texts)


def detected(tops: list[str]) -> list[str]:
    """Names of the agents whose marks are below one of these directories."""
    return [
        row.name
        for row in table.ROWS
        if any(os.path.exists(os.path.join(top, mark)) for top in tops for mark in row.marks)
    ]


def _read_quietly(path: str, scope: SettingsScope) -> str | None:
    try:
        return agent_settings.read(path, scope.tree)
    except Obstructed:
        return None


def change(path: str, before: str | None, after: str, scope: SettingsScope, detail: str) -> Step | None:
    """A step that writes a file and keeps its original; None where nothing changes."""
    if before == after:
        return None

    def run() -> None:
        old = None if before is None else before.encode("utf-8")
        originals.keep(scope.home, path, old, after.encode("utf-8"))
        agent_settings.write(path, after, scope.tree)
        if after.startswith("#!"):
            os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR | stat.S_IXGRP)  # noqa: S103 - a script

    return Step("agent", path, detail, run, diff_of(path, before, after))


def restore(path: str, now: str, text: str | None, scope: SettingsScope) -> Step:
    """A step that writes a file without gitprov's hooks, or deletes it for None."""

    def run() -> None:
        if text is None:
            agent_settings.delete(path, scope.tree)
            _remove_empty(os.path.dirname(path), scope.top)
        else:
            agent_settings.write(path, text, scope.tree)
        originals.drop(scope.home, path)

    action = "delete" if text is None else "agent"
    return Step(action, path, "gitprov's hooks removed", run, diff_of(path, now, text))


def _remove_empty(folder: str, top: str) -> None:
    """Remove directories below `top` that became empty."""
    while folder.startswith(top + os.sep) and files.remove_directory(folder):
        folder = os.path.dirname(folder)


def diff_of(path: str, before: str | None, after: str | None) -> tuple[str, ...]:
    """A change of a file as lines of a unified diff."""
    old, new = (before or "").splitlines(), (after or "").splitlines()
    import difflib

    return tuple(difflib.unified_diff(old, new, path, path, lineterm="", n=2))
