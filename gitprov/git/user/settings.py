"""Git's own settings for the appearance of output."""

from __future__ import annotations

from collections.abc import Iterable

from gitprov.git.process import Env, decode, run_git


def uses_colour(command: str, terminal: bool, *, cwd: str, env: Env) -> bool:
    """The value of `color.<command>`, else of `color.ui`; `terminal` is the result for `auto`."""
    args = ("config", "--get-colorbool", f"color.{command}", "true" if terminal else "false")
    return run_git(args, cwd=cwd, env=env).stdout.strip() == b"true"


def uses_pager(command: str, *, cwd: str, env: Env) -> bool:
    """Whether `pager.<command>` is not off; a command line as its value also counts as on."""
    args = ("config", "--get", f"pager.{command}")
    value = decode(run_git(args, cwd=cwd, env=env, ok=(0, 1)).stdout).strip().lower()
    return value not in ("false", "no", "off", "0")


def colours(command: str, slots: Iterable[str], *, cwd: str, env: Env) -> dict[str, str]:
    """Slot → escape sequence, for the slots that `color.<command>.<slot>` sets."""
    args = ("config", "-z", "--name-only", "--get-regexp", rf"^color\.{command}\.")
    shown = decode(run_git(args, cwd=cwd, env=env, ok=(0, 1)).stdout)
    set_here = {name.rpartition(".")[2] for name in shown.split("\0") if name}
    return {slot: _colour(f"color.{command}.{slot}", cwd, env) for slot in slots if slot in set_here}


def _colour(name: str, cwd: str, env: Env) -> str:
    return decode(run_git(("config", "--get-color", name, ""), cwd=cwd, env=env).stdout)
