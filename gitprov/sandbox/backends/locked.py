"""Runs a program in sandlock, which needs no namespaces: Landlock and seccomp, from a library."""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from typing import IO, Any

from gitprov.sandbox.backends import rlimits
from gitprov.sandbox.request import MEMORY, BoxLimits, BoxRequest
from gitprov.sandbox.room import Room
from gitprov.sandbox.watch import Watched, watch

NAME = "sandlock"
KILLED = 128 + 9
_READ = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime",
         "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/proc/self")  # fmt: skip


def usable() -> bool:
    """Whether the library and `prlimit` are installed, and the kernel has what the library needs."""
    try:
        sandlock = import_module("sandlock")
    except (ImportError, OSError):
        return False
    fits: bool = sandlock.landlock_abi_version() >= sandlock.min_landlock_abi()
    return fits and rlimits.every(BoxLimits()) != []


def run(request: BoxRequest, room: Room) -> tuple[Watched, int]:
    """What a program printed, and its exit code as a shell counts."""
    sandlock = import_module("sandlock")
    limits = request.limits
    box: Any = sandlock.Sandbox(
        fs_readable=[path for path in (*_READ, *request.readable, room.files) if os.path.exists(path)],
        fs_writable=[room.scratch, "/dev/null", *request.writable],
        fs_denied=[path for path in request.hidden if os.path.lexists(path)],
        max_memory=limits.memory,
        max_processes=limits.processes,
        clean_env=True,
        cwd=room.files,
    )
    variables = [f"{name}={value}" for name, value in room.environment(request)]
    words = [*rlimits.every(limits), *request.argv]
    with tempfile.NamedTemporaryFile(dir=room.files) as source:
        source.write(request.stdin)
        source.flush()
        feed = ["/bin/sh", "-c", 'exec "$@" < "$0"', source.name, "/usr/bin/env", "-i", *variables, *words]
        pipes = sandlock.StdioMode.PIPED
        with box.popen(feed, stdin=sandlock.StdioMode.NULL, stdout=pipes, stderr=pipes) as process:
            watched = _watched(process, request)
            status = _status(process.wait(timeout=1.0))
    # The library itself kills only what goes over its limit of memory.
    over = status == KILLED and watched.enforced is None
    return (watched._replace(enforced=MEMORY) if over else watched), status


def _watched(process: Any, request: BoxRequest) -> Watched:  # noqa: ANN401 - the library has no types
    out: IO[bytes] = process.stdout
    pid = process.pid

    def alive() -> bool:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
        except OSError:
            return False

    return watch(pid, out, process.stderr, request.limits, alive, process.kill)


def _status(result: Any) -> int:  # noqa: ANN401 - the library has no types
    if result.signal > 0:
        return 128 + int(result.signal)
    return int(result.exit_code) if result.exit_code >= 0 else KILLED
