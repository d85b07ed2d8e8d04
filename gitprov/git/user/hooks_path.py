"""The directory in which git looks for hooks, and the configuration that sets it."""

from __future__ import annotations

import os
from typing import NamedTuple

from gitprov.git.process import Env, decode, run_git
from gitprov.git.repo import Repository

KEY = "core.hooksPath"


class HooksPath(NamedTuple):
    """The hooks directory in force.

    `scope` is `default` or git's name for the origin of `core.hooksPath`: `local`, `worktree`, `global`,
    `system`, `command`. `value` is the setting (None without one); a relative one starts from the top of the
    work tree in which a hook runs. `directory` is absolute, resolved for this work tree.
    """

    scope: str
    value: str | None
    directory: str


def hooks_path(repo: Repository) -> HooksPath:
    """The hooks directory that is in force in this work tree."""
    result = repo.try_run("config", "-z", "--show-scope", "--type=path", "--get", KEY)
    scope, _, value = decode(result.stdout).partition("\0")
    value = value.removesuffix("\0")
    if not scope:
        return HooksPath("default", None, default_directory(repo))
    top = repo.worktree or repo.git_dir
    return HooksPath(scope, value, os.path.normpath(os.path.join(top, value)))


def outer_value(repo: Repository) -> str | None:
    """The `core.hooksPath` that would be in force if this repository's own configuration did not set one."""
    for scope in ("--global", "--system"):
        result = repo.try_run("config", scope, "--type=path", "--get", KEY, ok=(0, 1, 128))
        if result.returncode == 0:
            return decode(result.stdout).removesuffix("\n")
    return None


def default_directory(repo: Repository) -> str:
    """The directory that git uses without `core.hooksPath`; all worktrees share it."""
    return os.path.join(repo.common_dir, "hooks")


def config_file(repo: Repository, scope: str) -> str:
    """The file behind `git config --local` or `git config --worktree`."""
    if scope == "worktree":
        return os.path.join(repo.git_dir, "config.worktree")
    return os.path.join(repo.common_dir, "config")


def written_value(repo: Repository, scope: str) -> str | None:
    """The last `core.hooksPath` in scope `local` or `worktree` as it is written there, `~` and all."""
    result = repo.try_run("config", "-z", f"--{scope}", "--get", KEY)
    return decode(result.stdout).removesuffix("\0") if result.returncode == 0 else None


def set_hooks_path(repo: Repository, scope: str, value: str | None) -> None:
    """Set `core.hooksPath` in scope `local` or `worktree`, or remove it. GitFailed where git cannot write."""
    if value is None:
        repo.try_run("config", f"--{scope}", "--unset-all", KEY, ok=(0, 5))
    else:
        repo.run("config", f"--{scope}", KEY, value)


def template_directory(cwd: str, env: Env) -> str | None:
    """The value of `init.templateDir`, None if unset; also works outside of repositories."""
    result = run_git(("config", "--type=path", "--get", "init.templateDir"), cwd=cwd, env=env, ok=(0, 1))
    return decode(result.stdout).removesuffix("\n") or None
