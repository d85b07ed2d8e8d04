"""Runs one hook in this process and kills it, as `kill -9` does, right before its n-th change of the world.

Run as `python fatal.py <n> <hook> [arguments]`; the hook `command` is one of gitprov's commands. Exit by SIGKILL if there
was an n-th change, else the hook's own code.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHANGES = ("link", "replace", "rename", "fsync", "unlink", "mkdir", "open", "write")


def main(argv: list[str]) -> int:
    """Arm everything that changes files or starts git, then run the hook."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from gitprov.cli.app import run_app
    from gitprov.cli.hook import run

    left = [int(argv[0])]
    for name in CHANGES:
        setattr(os, name, _armed(getattr(os, name), left, name))
    subprocess.Popen.__init__ = _armed(subprocess.Popen.__init__, left, "spawn")  # type: ignore[method-assign]
    if argv[1] == "command":
        return run_app(argv[2:])
    return run(argv[1:])


def _armed(real: Callable[..., Any], left: list[int], name: str) -> Callable[..., Any]:
    def deadly(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - stands for any function
        if name != "open" or args[1] & (os.O_WRONLY | os.O_RDWR):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    return deadly


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
