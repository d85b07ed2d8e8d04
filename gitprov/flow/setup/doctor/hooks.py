"""Doctor's checks of the hooks: present, gitprov's own, unchanged, executable, for each stage and route."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.flow.recover import finish_interrupted
from gitprov.flow.setup import hooks_location, install, steps
from gitprov.flow.setup.doctor.case import Check, Examination
from gitprov.git.user import hooks_path
from gitprov.model.finding import ERROR, WARNING, Finding
from gitprov.model.hook_names import FRAMEWORK, HOOKS, OPTIONAL
from gitprov.store import plan
from gitprov.store.setup import framework_config, hook_dir, shims

_AGAIN = "gitprov install"


class Stage(NamedTuple):
    """How one hook runs: from a file of gitprov's, from a framework configured for gitprov, or from both."""

    slot: hook_dir.Slot
    framework: bool
    configured: bool

    @property
    def native(self) -> bool:
        """Whether a hook file of gitprov's runs."""
        return self.slot.ours is not None

    @property
    def works(self) -> bool:
        """Whether gitprov runs at this stage at all."""
        return self.native or (self.framework and self.configured)


def stages(case: Examination) -> list[Stage]:
    """Each of gitprov's hooks, in the directory that git uses now."""
    repo = case.repo
    directory = case.hooks_path.directory
    config = framework_config.read(repo)
    hook_stages = []
    for hook in FRAMEWORK if hooks_location.by_framework(repo, directory) else HOOKS:
        slot = hook_dir.look(directory, hook)
        framework = hook_dir.FRAMEWORK in {slot.top, slot.chained}
        hook_stages.append(Stage(slot, framework, f"gitprov-{hook}".encode() in config))
    return hook_stages


def hooks_run(case: Examination) -> Iterator[Finding]:
    """Every stage has a hook that runs gitprov."""
    if case.repo.worktree is None:
        return
    if (moved := _moved(case)) is not None:
        yield moved
        return
    hook_stages = stages(case)
    dead = [stage.slot.hook for stage in hook_stages if not stage.works]
    if len(dead) == len(hook_stages):
        yield _again(case, "hooks", ERROR, "no hooks are installed: commits are not recorded")
    elif dead and any(stage.configured and stage.framework for stage in hook_stages):
        yield _missing_stages(hook_stages, dead)
    elif dead:
        yield _again(case, "hooks", ERROR, f"no hook at {', '.join(dead)}")


def hook_files(case: Examination) -> Iterator[Finding]:
    """Gitprov's hook files are as it wrote them, executable, and their interpreter exists."""
    for stage in stages(case):
        yield from _file(case, stage.slot)
    directory = case.hooks_path.directory
    for slot in (hook_dir.look(directory, hook) for hook in OPTIONAL):
        if hooks_location.shares(slot):
            yield from _file(case, slot)


def both_routes(case: Examination) -> Iterator[Finding]:
    """Gitprov runs once a stage, not natively and under a framework."""
    both = [
        stage.slot.hook for stage in stages(case) if stage.native and stage.framework and stage.configured
    ]
    if both:
        what = f"{', '.join(both)}: gitprov runs twice, natively and from {framework_config.NAME}"
        yield Finding(
            "routes", WARNING, what, "keep one: gitprov uninstall, or take its hooks out of that file"
        )


def passed_on(case: Examination) -> Iterator[Finding]:
    """Findings where gitprov's hooks stand in front of another hooks directory and do not pass on to it."""
    repo = case.repo
    now = case.hooks_path
    if repo.worktree is None or not hooks_location.same(now.directory, hooks_location.own_directory(repo)):
        return
    where = hooks_location.find(repo)
    shared = hooks_path.outer_value(repo)
    front = [where.outer, hooks_path.default_directory(repo)]
    if (
        shared is not None
        and os.path.isabs(where.outer)
        and not any(hooks_location.same(shared, directory) for directory in front)
    ):
        what = (
            f"core.hooksPath is {shared} for other repositories, here it was {where.outer} when gitprov came"
        )
        yield Finding("hooks-path", WARNING, what, "gitprov uninstall, then gitprov install")
    runnable = set(hook_dir.runnable(where.directory))
    lost = [name for name in hooks_location.to_pass_on(repo, where) if name not in runnable]
    if lost:
        what = f"{', '.join(lost)} of {where.outer} cannot run behind gitprov's hooks"
        yield _again(case, "hooks-path", WARNING, what)


def guard_flag(case: Examination) -> Iterator[Finding]:
    """The flags that shims read, such as the one for guarded commits, agree with the configuration."""
    if case.repo.worktree is None or not any(stage.native for stage in stages(case)):
        return
    for step in install.flag_steps(case.repo):
        what = f"{step.path} is missing: shims skip commits they must look at"
        yield case.fixable(Finding("flags", ERROR, what, _AGAIN), step.run)


def stale_plan(case: Examination) -> Iterator[Finding]:
    """No plan of an interrupted commit remains."""
    git_dir = case.repo.git_dir
    try:
        age = case.now - os.stat(plan.path(git_dir)).st_mtime
    except OSError:
        return

    def finish() -> None:
        finish_interrupted(case.repo)
        plan.drop(git_dir)

    if age > 3600:
        what = f"a commit that was cut off {age / 3600:.0f} hours ago left its plan"
        yield case.fixable(Finding("plan", WARNING, what, "gitprov doctor --fix"), finish)


def _moved(case: Examination) -> Finding | None:
    """Gitprov's files are in a directory that git does not use any more."""
    repo = case.repo
    now = case.hooks_path
    for directory in (hooks_location.own_directory(repo), hooks_path.default_directory(repo)):
        if hooks_location.same(directory, now.directory):
            continue
        if any(hook_dir.look(directory, hook).ours for hook in HOOKS) and not any(
            hook_dir.look(now.directory, hook).ours for hook in HOOKS
        ):
            what = (
                f"git looks for hooks in {now.directory} (core.hooksPath, {now.scope}), "
                f"gitprov's are in {directory}"
            )
            return _again(case, "hooks-path", ERROR, what)
    return None


def _missing_stages(hook_stages: list[Stage], dead: list[str]) -> Finding:
    unnamed = [stage.slot.hook for stage in hook_stages if not stage.works and not stage.configured]
    if unnamed:
        ids = ", ".join(f"gitprov-{hook}" for hook in unnamed)
        return Finding(
            "hooks", ERROR, f"{framework_config.NAME} lacks {ids}", "add them, as docs/hooks.md shows"
        )
    types = " ".join(f"--hook-type {hook}" for hook in dead)
    return Finding(
        "hooks",
        ERROR,
        f"pre-commit is not installed for {', '.join(dead)}",
        f"pre-commit install --install-hooks {types}; "
        f"default_install_hook_types in {framework_config.NAME} does it for everybody",
    )


def _file(case: Examination, slot: hook_dir.Slot) -> Iterator[Finding]:
    path = slot.ours
    if slot.edited:
        what = f"{slot.edited} was changed since gitprov wrote it"
        mend = f"move your lines to {slot.path}{hook_dir.CHAINED}, delete the file, run {_AGAIN}"
        yield Finding("hook-file", WARNING, what, mend)
        return
    if path is None:
        if slot.chained != hook_dir.ABSENT:
            what = f"{slot.path}{hook_dir.CHAINED} is an earlier hook that nothing runs"
            yield Finding("hook-file", WARNING, what, f"{_AGAIN}, or delete it")
        return
    if not os.access(path, os.X_OK):
        yield _again(case, "hook-file", ERROR, f"{path} is not executable")
        return
    settings = shims.settings_of(hook_dir.read(path))
    if not os.access(settings.python, os.X_OK):
        on_path = case.which("gitprov") is not None
        level = WARNING if on_path else ERROR
        rest = "; gitprov on PATH does its work, slower" if on_path else ""
        what = f"{path} wants {settings.python or 'no interpreter'}, which is not there{rest}"
        yield _again(case, "interpreter", level, what)
    elif hook_dir.read(path) != shims.render(settings, slot.hook):
        yield _again(case, "hook-file", WARNING, f"{path} is of another version of gitprov")


def _again(case: Examination, rule: str, level: str, what: str) -> Finding:
    """A finding that ends when the hooks are installed again; the fix leaves agents' settings alone."""
    wish = case.wish._replace(agents=())
    finding = Finding(rule, level, what, _AGAIN)
    return case.fixable(finding, lambda: steps.carry_out(install.install(case.repo, wish)))


CHECKS: list[Check] = [hooks_run, hook_files, both_routes, passed_on, guard_flag, stale_plan]
