"""Uninstalling: restores the hooks that were there before, byte for byte, and the configuration's values."""

from __future__ import annotations

import os

from gitprov.errors import GitprovError
from gitprov.flow.heal import memory as heal_memory
from gitprov.flow.setup import agents, connect, fetch, hooks_location
from gitprov.flow.setup.steps import InstallOptions, InstallPlan, Step
from gitprov.git.repo import Repository
from gitprov.git.user import hooks_path
from gitprov.model.hook_names import HOOKS, OPTIONAL
from gitprov.store import fetched_remotes, files
from gitprov.store.inbox import limits
from gitprov.store.setup import agent_settings, hook_dir, originals
from gitprov.store.setup import record as install_record


def uninstall(repo: Repository, wish: InstallOptions) -> InstallPlan:
    """Steps that restore a repository; nothing is changed yet. Recorded evidence stays."""
    own_directory = hooks_location.own_directory(repo)
    now = hooks_path.hooks_path(repo)
    directories = dict.fromkeys([hooks_path.default_directory(repo), now.directory])
    steps, hints = [], []
    for directory in directories:
        if not hooks_location.same(directory, own_directory):
            plan = hook_steps(directory)
            steps += plan.steps
            hints += plan.hints
    steps += _own_steps(own_directory)
    steps[:0] = [*_config_steps(repo, own_directory, now), *fetch.removal_steps(repo)]
    settings = agent_steps(wish, repo.worktree, repo.home)
    steps += settings.steps
    if steps or install_record.load(repo.home) != install_record.InstallRecord():
        steps.append(Step("tidy", repo.home, "", lambda: _tidy(repo)))
    kept = os.path.join(repo.home, "inbox")
    if os.path.isdir(kept):
        hints.append(f"what was recorded stays in {repo.home} and in refs/notes/gitprov")
    return InstallPlan(steps, hints + settings.hints)


def hook_steps(directory: str) -> InstallPlan:
    """Steps for one hooks directory. GitprovError, before any step, where a hook of gitprov's was edited."""
    slots = [hook_dir.look(directory, hook) for hook in (*HOOKS, *OPTIONAL)]
    edited = [slot.edited for slot in slots if slot.edited]
    if edited:
        raise GitprovError(
            f"somebody changed {', '.join(edited)} since gitprov wrote it; nothing was removed",
            "save the added lines elsewhere, delete the file, and run gitprov uninstall again",
        )
    steps, hints = [], []
    for slot in slots:
        if _replaced(slot):
            kept = slot.path + hook_dir.CHAINED
            hints.append(
                f"{slot.path} is another hook than gitprov put there; the earlier one stays at {kept}"
            )
        elif slot.ours or slot.legacy == hook_dir.OURS or slot.chained != hook_dir.ABSENT:
            steps.append(_take_out(slot))
    return InstallPlan(steps, hints)


def agent_steps(wish: InstallOptions, project: str | None, repo_home: str | None = None) -> InstallPlan:
    """Steps for the agents' settings of the project.

    With `user`, also for the user's settings and the launcher, which other projects may use as well.
    """
    scopes = [connect.scope_of(wish._replace(user=False), project, repo_home)] if project else []
    scopes += [connect.scope_of(wish._replace(user=True), project, repo_home)] if wish.user else []
    others = [step for scope in scopes for step in connect.removal_steps(scope)]
    tops: list[tuple[str, str | None]] = [(project, project)] if project else []
    tops += [(wish.user_home, None)] if wish.user else []
    steps = []
    for (top, tree), scope in zip(tops, scopes, strict=True):
        path = agent_settings.settings_path(top)
        before = agent_settings.read(path, tree)
        if before is not None and agent_settings.missing(path, before) != list(agent_settings.EVENTS):
            original = originals.restorable(scope.home, path, before.encode("utf-8"))
            earlier = None if original is None or original.before is None else original.before.decode("utf-8")
            bare = agent_settings.removed(path, before) if earlier is None else earlier
            steps.append(connect.restore(path, before, bare, scope._replace(top=top, tree=tree)))
    steps += others
    return InstallPlan(steps + (agents.removal_steps(wish) if wish.user else []), [])


def _take_out(slot: hook_dir.Slot) -> Step:
    back = slot.chained != hook_dir.ABSENT and not (slot.chained == slot.top == hook_dir.FRAMEWORK)
    return Step(
        "remove", slot.path, "the earlier hook is back" if back else "", lambda: hook_dir.take_out(slot)
    )


def _replaced(slot: hook_dir.Slot) -> bool:
    """Whether gitprov's hook was replaced by another one, so that the hook it set aside cannot return."""
    if slot.ours or hook_dir.ABSENT in {slot.chained, slot.top}:
        return False
    return not (slot.chained == slot.top == hook_dir.FRAMEWORK)


def _own_steps(own_directory: str) -> list[Step]:
    try:
        names = sorted(os.listdir(own_directory))
    except FileNotFoundError:
        return []
    foreign = [name for name in names if hook_dir.kind_of(os.path.join(own_directory, name)) != hook_dir.OURS]
    if foreign:
        raise GitprovError(
            f"somebody changed {', '.join(os.path.join(own_directory, name) for name in foreign)}; "
            "nothing was removed",
            "move it out of that directory and run gitprov uninstall again",
        )
    return [Step("remove", own_directory, f"{len(names)} hooks", lambda: _remove_all(own_directory, names))]


def _remove_all(own_directory: str, names: list[str]) -> None:
    for name in names:
        os.unlink(os.path.join(own_directory, name))
    os.rmdir(own_directory)


def _config_steps(repo: Repository, own_directory: str, now: hooks_path.HooksPath) -> list[Step]:
    """Steps for `core.hooksPath`. They come first: git must not be pointed at a directory that is removed."""
    if not hooks_location.same(now.directory, own_directory) or now.scope not in {"local", "worktree"}:
        return []
    change = install_record.load(repo.home).config
    old = change.old if change is not None and change.scope == now.scope else None
    path = hooks_path.config_file(repo, now.scope)
    return [
        Step(
            "config",
            path,
            f"{hooks_path.KEY} as before",
            lambda: hooks_path.set_hooks_path(repo, now.scope, old),
        )
    ]


def _tidy(repo: Repository) -> None:
    """Remove gitprov's directories where they are empty, its flags, and its records of the installation."""
    for directory in reversed(install_record.load(repo.home).made):
        files.remove_directory(directory)
    install_record.drop(repo.home)
    fetched_remotes.save(repo.home, {})
    # Only the shims read the flags, and installing again sets them again.
    for name in ("guard", "active", files.NOTES_CAME, limits.NAME):
        files.lower_flag(repo.home, name)
    heal_memory.forget(repo)
    files.remove_directory(repo.home)
