"""Resource limits of a process that is about to run a program."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable

from gitprov.sandbox.request import BoxLimits


def setter(limits: BoxLimits) -> Callable[[], None]:
    """A function that limits the process that calls it, to be called between fork and exec."""
    rows = [
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, limits.file_size, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),
    ]

    def apply() -> None:
        for kind, soft, hard in rows:
            most = resource.getrlimit(kind)[1]
            top = hard if most == resource.RLIM_INFINITY else min(hard, most)
            resource.setrlimit(kind, (min(soft, top), top))

    return apply


def inside(limits: BoxLimits) -> list[str]:
    """The words that go before a command in a sandbox, where the kernel counts its processes; empty without
    `prlimit`.
    """
    words = every(limits)
    return [*words, f"--nproc={limits.processes}:{limits.processes}"] if words else []


def every(limits: BoxLimits) -> list[str]:
    """The words before a command that set all limits but that of processes; empty without `prlimit`."""
    path = shutil.which("prlimit", path="/usr/bin:/bin")
    if not path:
        return []
    return [
        path,
        f"--as={limits.memory}",
        f"--cpu={limits.cpu_seconds}:{limits.cpu_seconds + 1}",
        f"--fsize={limits.file_size}",
        f"--nofile={limits.open_files}",
        "--core=0",
    ]
