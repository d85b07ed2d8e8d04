"""As which user a program runs, so that the kernel counts its processes: it never counts those of root."""

from __future__ import annotations

import os
import shutil

_FIRST = 1_000_000_000
_NO_RIGHTS = ("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")


def is_root() -> bool:
    """Whether we run as root."""
    return os.geteuid() == 0


def number() -> int:
    """The id of the user and group that root's runs get, which is that of no user and no other process."""
    return _FIRST + os.getpid()


def words(other: bool) -> list[str]:
    """The words before a command that take all rights from it; `other`: and make it another user's. OSError
    without `setpriv`.
    """
    path = shutil.which("setpriv", path="/usr/bin:/bin")
    if path is None:
        raise OSError("setpriv is not installed")
    switch = [f"--reuid={number()}", f"--regid={number()}", "--clear-groups"] if other else []
    return [path, *switch, *_NO_RIGHTS, "--"]
