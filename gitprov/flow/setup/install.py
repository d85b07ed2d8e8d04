"""Installing: hooks into a repository or a template, capture hooks into an agent's settings.

Everything is checked first; the result is a list of steps, and only then is the first step carried out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from gitprov.errors import GitprovError
from gitprov.flow.setup import hooks_location
from gitprov.flow.setup.agents import agent_steps
from gitprov.flow.setup.steps import InstallOptions, InstallPlan, Step
from gitprov.git.repo import Repository
from gitprov.git.user import hooks_path
from gitprov.git.write import read_refs
from gitprov.model.hook_names import HOOKS, OPTIONAL
from gitprov.model.untrusted.printed import shell_quoted
from gitprov.store import fetched_remotes, files, notes
from gitprov.store.config import load_config
from gitprov.store.inbox import limits as inbox_limits
from gitprov.store.setup import framework_config, hook_dir, shims
from gitprov.store.setup import record as install_record


def install(repo: Repository, wish: InstallOptions) -> InstallPlan:
    """Steps after which commits here are recorded and a fetch brings the records of others.

    Nothing is changed yet.
    """
    from gitprov.flow.setup import fetch as subscribe

    native = _by_framework(wish) if hooks_location.by_framework(repo) else _native_steps(repo, wish)
    fetch = subscribe.steps(repo, ())
    agents = agent_steps(wish, repo.worktree, repo.home)
    steps = native.steps + fetch.steps + flag_steps(repo) + agents.steps
    return InstallPlan(steps, native.hints + fetch.hints + agents.hints)


def _by_framework(wish: InstallOptions) -> InstallPlan:
    hints = [f"{framework_config.NAME} runs gitprov's hooks; native ones would do it all twice"]
    if wish.push:
        hints.append(
            f"to share at each push, add gitprov-pre-push to {framework_config.NAME} (docs/hooks.md)"
        )
    return InstallPlan([], hints)


def _native_steps(repo: Repository, wish: InstallOptions) -> InstallPlan:
    where = hooks_location.find(repo)
    settings = shims.Settings(wish.python, wish.lib, where.outer, wish.site)
    steps = _hook_steps(where.directory, settings, repo.home, wish.push)
    hints = []
    if where.outer:
        steps += _passthrough_steps(repo, where, wish.push)
        steps += _config_steps(repo, where)
        hints.append(f"hooks in {where.outer} stay where they are and still run, each before gitprov's")
    return InstallPlan(steps, hints)


def flag_steps(repo: Repository) -> list[Step]:
    """Steps for the flags that the shims read, where these differ from repository and configuration."""
    config = load_config(repo.worktree, repo.config("gitprov."))
    active = bool(read_refs(repo, [notes.REF]) or fetched_remotes.load(repo.home))
    needs = {"guard": config.guards, "active": active}
    steps = []
    for name, needed in needs.items():
        path = os.path.join(repo.home, name)
        if needed and not os.path.exists(path):
            steps.append(_flag_step(repo.home, name))
    limits = inbox_limits.of_config(config)
    if limits != inbox_limits.load(repo.home):
        path = inbox_limits.path_in(repo.home)
        steps.append(Step("flag", path, "", lambda: inbox_limits.keep(repo.home, limits)))
    return steps


def _flag_step(home: str, name: str) -> Step:
    return Step("flag", os.path.join(home, name), "", lambda: files.raise_flag(home, name))


def install_template(directory: str, wish: InstallOptions) -> InstallPlan:
    """Steps after which clones made with this template directory start with gitprov's hooks."""
    hint = f"git uses it with: git config --global init.templateDir {shell_quoted(directory)}"
    settings = shims.Settings(wish.python, wish.lib, site=wish.site)
    return InstallPlan(_hook_steps(os.path.join(directory, "hooks"), settings, None, wish.push), [hint])


def _hook_steps(directory: str, settings: shims.Settings, home: str | None, push: bool | None) -> list[Step]:
    """Steps for all hooks of a directory. Every reason to refuse is raised before the first step."""
    slots = [hook_dir.look(directory, hook) for hook in HOOKS]
    optional = [hook_dir.look(directory, hook) for hook in OPTIONAL]
    slots += [slot for slot in optional if push or (push is None and hooks_location.shares(slot))]
    for slot in slots:
        _refuse(slot)
    steps = [step for slot in slots for step in _slot_steps(slot, shims.render(settings, slot.hook))]
    if push is False and not settings.outer:
        steps += [_removal_step(slot) for slot in optional if hooks_location.shares(slot)]
    if steps and not os.path.isdir(directory):
        steps.insert(0, Step("directory", directory, "", lambda: _make_directory(directory, home)))
    return steps


def _refuse(slot: hook_dir.Slot) -> None:
    if slot.edited:
        raise GitprovError(
            f"{slot.edited} is gitprov's hook, and somebody changed it",
            f"move the added lines to {slot.path}{hook_dir.CHAINED} (it runs first), "
            "delete the hook, install again",
        )
    if os.path.isdir(slot.path):
        raise GitprovError(f"{slot.path} is a directory", "move it away and install again")
    kept = slot.path + hook_dir.CHAINED
    unknown = slot.ours is None and hook_dir.ABSENT not in {slot.top, slot.chained}
    if unknown and not hook_dir.same_file(slot.path, kept):
        raise GitprovError(
            f"{slot.path} was put in gitprov's place while {kept} keeps an earlier one",
            "make one hook of the two (or delete one) and install again",
        )


def _slot_steps(slot: hook_dir.Slot, data: bytes) -> list[Step]:
    ours = slot.ours
    if ours is not None:
        update = Step("update", ours, "", lambda: hook_dir.put(ours, data))
        return [] if hook_dir.is_current(ours, data) else [update]
    steps = []
    if slot.top != hook_dir.ABSENT and slot.chained == hook_dir.ABSENT:
        kept = os.path.basename(slot.path) + hook_dir.CHAINED
        detail = f"kept as {kept}, runs first"
        steps.append(Step("chain", slot.path, detail, lambda: hook_dir.set_aside(slot.path)))
    return [*steps, Step("hook", slot.path, "", lambda: hook_dir.put(slot.path, data))]


def _removal_step(slot: hook_dir.Slot) -> Step:
    if slot.edited:
        _refuse(slot)
    return Step("remove", slot.path, "nothing is shared at a push any more", lambda: hook_dir.take_out(slot))


def _passthrough_steps(
    repo: Repository, where: hooks_location.HooksLocation, push: bool | None
) -> list[Step]:
    data = shims.render_passthrough(where.outer)
    names = set(hooks_location.to_pass_on(repo, where)) - ({*OPTIONAL} if push else set())
    names |= {*OPTIONAL} if push is False else set()
    paths = [os.path.join(where.directory, name) for name in sorted(names)]
    stale = [path for path in paths if not hook_dir.is_current(path, data)]
    detail = f"{len(stale)} more hooks, handed to {where.outer}"
    return [Step("pass on", where.directory, detail, lambda: _put_all(stale, data))] if stale else []


def _put_all(paths: list[str], data: bytes) -> None:
    for path in paths:
        hook_dir.put(path, data)


def _config_steps(repo: Repository, where: hooks_location.HooksLocation) -> list[Step]:
    now = hooks_path.hooks_path(repo)
    if hooks_location.same(now.directory, where.directory):
        return []
    path = hooks_path.config_file(repo, where.scope)
    detail = f"{hooks_path.KEY} = {where.directory}"
    return [Step("config", path, detail, lambda: _point_git(repo, where))]


def _point_git(repo: Repository, where: hooks_location.HooksLocation) -> None:
    """Record the value that the key has in this scope, then set it."""
    change = install_record.ConfigChange(where.scope, hooks_path.written_value(repo, where.scope))
    install_record.save(repo.home, install_record.load(repo.home)._replace(config=change))
    hooks_path.set_hooks_path(repo, where.scope, where.directory)


def _make_directory(directory: str, home: str | None) -> None:
    """Create missing directories, and record them in the clone so that uninstalling removes them."""
    made = list(_missing(directory))
    os.makedirs(directory)
    if home is not None and not directory.startswith(home + os.sep):
        record = install_record.load(home)
        install_record.save(home, record._replace(made=(*record.made, *made)))


def _missing(directory: str) -> Iterable[str]:
    if not os.path.isdir(directory):
        yield from _missing(os.path.dirname(directory))
        yield directory
