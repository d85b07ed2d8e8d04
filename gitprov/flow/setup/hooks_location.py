"""Where gitprov's hooks belong: in the repository's own hooks directory, or in front of a shared one."""

from __future__ import annotations

import os
from typing import NamedTuple

from gitprov.errors import GitprovError
from gitprov.git.repo import Repository
from gitprov.git.user import hooks_path
from gitprov.model.hook_names import HOOKS, OPTIONAL
from gitprov.store.setup import framework_config, hook_dir, shims

#: Hooks that are passed on even if absent: they may be added to a shared directory at any time.
PASSED_ON = (
    "applypatch-msg",
    "post-applypatch",
    "post-checkout",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "sendemail-validate",
)


class HooksLocation(NamedTuple):
    """`directory` gets gitprov's hooks.

    With `outer`, git must be pointed at `directory` (in `scope`: `local` or `worktree`), and every hook calls
    the hook of the same name in `outer`, which is written as in `core.hooksPath`.
    """

    directory: str
    outer: str = ""
    scope: str = "local"


def own_directory(repo: Repository) -> str:
    """The directory that git is pointed at where its hooks directory does not belong to this clone alone."""
    return os.path.join(os.path.realpath(repo.home), "hooks")


def same(a: str, b: str) -> bool:
    """Whether two paths name the same directory, links resolved."""
    return os.path.realpath(a) == os.path.realpath(b)


def find(repo: Repository) -> HooksLocation:
    """Where hooks go, or already are.

    GitprovError in a bare repository, and where `core.hooksPath` is set for this command alone.
    """
    if repo.worktree is None:
        raise GitprovError(
            "this is a bare repository: nobody commits here",
            "run gitprov install in a clone with a work tree",
        )
    now = hooks_path.hooks_path(repo)
    if now.scope == "command":
        raise GitprovError(
            "core.hooksPath is set for this command alone",
            "run gitprov install without `git -c` and GIT_CONFIG_*",
        )
    if same(now.directory, own_directory(repo)):
        return HooksLocation(now.directory, _outer_of(now.directory), _scope(now.scope))
    if not _within(now.directory, repo.common_dir):
        return HooksLocation(own_directory(repo), now.value or now.directory, _scope(now.scope))
    if any(_must_stay(os.path.join(now.directory, hook)) for hook in HOOKS):
        return HooksLocation(own_directory(repo), now.directory, _scope(now.scope))
    return HooksLocation(now.directory)


def by_framework(repo: Repository, directory: str | None = None) -> bool:
    """Whether a framework runs gitprov's hooks: pre-commit or prek is installed and configured for them.

    False where gitprov has hooks of its own. `directory`: that of the hooks, where it is known.
    """
    directory = directory or hooks_path.hooks_path(repo).directory
    slots = [hook_dir.look(directory, hook) for hook in HOOKS]
    installed = any(slot.top == hook_dir.FRAMEWORK for slot in slots) and not any(slot.ours for slot in slots)
    return installed and b"gitprov-pre-commit" in framework_config.read(repo)


def to_pass_on(repo: Repository, place: HooksLocation) -> list[str]:
    """Names of the hooks besides gitprov's that must be passed on to the outer directory."""
    top = repo.worktree or repo.git_dir
    names = hook_dir.runnable(os.path.join(top, place.outer))
    taken = {*HOOKS, *(hook for hook in OPTIONAL if shares(hook_dir.look(place.directory, hook)))}
    return sorted({*PASSED_ON, *names} - taken)


def shares(slot: hook_dir.Slot) -> bool:
    """Whether an optional hook is installed that does more than pass on to another directory."""
    return slot.ours is not None and bool(shims.settings_of(hook_dir.read(slot.ours)).python)


def _outer_of(directory: str) -> str:
    for hook in HOOKS:
        path = os.path.join(directory, hook)
        if hook_dir.kind_of(path) == hook_dir.OURS:
            return shims.settings_of(hook_dir.read(path)).outer
    return ""


def _scope(scope: str) -> str:
    return "worktree" if scope == "worktree" else "local"


def _within(path: str, directory: str) -> bool:
    real, top = os.path.realpath(path), os.path.realpath(directory)
    return real == top or real.startswith(top + os.sep)


def _must_stay(path: str) -> bool:
    """Whether a hook acts on its own name, so that moving it aside would break it."""
    return hook_dir.kind_of(path) == hook_dir.FOREIGN and shims.reads_own_name(hook_dir.read(path))
