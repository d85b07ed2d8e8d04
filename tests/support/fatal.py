"""Runs one command in this process and strikes it right before its n-th change of the world.

Run as `python fatal.py <n> [fault] command <command> [arguments]`, the command being one of gitprov's, or as
`python fatal.py <n> [fault] <hook> [arguments]`. Faults: `kill` (the default), as by `kill -9` or a power failure;
`full`: from then on no file can grow, here and in every git that is started.
Exit by SIGKILL after `kill` (status 75 after `full`, whatever the command says), if there was an n-th change; else
the command's own code.
"""

from __future__ import annotations

import functools
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHANGES = ("link", "replace", "rename", "fsync", "unlink", "mkdir", "open", "write")
STRUCK = 75
"""Exit code of a command that was struck and went on to its end."""


def main(argv: list[str]) -> int:
    """Arm everything that changes files or starts git, then run the command."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from gitprov.cli.main import main as run

    left = [int(argv.pop(0))]
    strike = {"kill": _kill, "full": _fill}[argv.pop(0) if argv[0] in ("kill", "full") else "kill"]
    for name in CHANGES:
        setattr(os, name, _armed(getattr(os, name), left, name, strike))
    os.posix_spawn = _armed(os.posix_spawn, left, "spawn", strike)
    popen = _armed(subprocess.Popen.__init__, left, "spawn", strike)
    # A file that cannot grow is an error to git, as a full disk is, and no signal that kills it.
    gentle = functools.partialmethod(popen, restore_signals=False)
    subprocess.Popen.__init__ = gentle  # type: ignore[method-assign,assignment]
    sys.argv = ["gitprov", *(argv[1:] if argv[0] == "command" else ["hook", *argv])]
    try:
        code = run()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    return code if left[0] > 0 else STRUCK


def _armed(
    real: Callable[..., Any], left: list[int], name: str, strike: Callable[[], None]
) -> Callable[..., Any]:
    def deadly(*args: Any, **kwargs: Any) -> Any:
        if name != "open" or args[1] & (os.O_WRONLY | os.O_RDWR):
            left[0] -= 1
            if left[0] == 0:
                strike()
        return real(*args, **kwargs)

    return deadly


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fill() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
