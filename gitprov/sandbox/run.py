"""Runs one program in the best sandbox that this machine has, and names it."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence

from gitprov.errors import GitprovError
from gitprov.sandbox import person
from gitprov.sandbox.backends import bubblewrap, locked, rlimits, seccomp, unshare
from gitprov.sandbox.backends.bubblewrap import Variant
from gitprov.sandbox.ending import ending
from gitprov.sandbox.request import BoxLimits, BoxRequest, BoxResult
from gitprov.sandbox.room import Room, made
from gitprov.sandbox.watch import Watched, descendants, watch

WEAK = "rlimits"
BACKENDS = (bubblewrap.NAME, locked.NAME, unshare.NAME, WEAK)
"""From the best. The last one does not hide files, and refuses all new processes."""

_PATIENT = BoxLimits(seconds=30.0)


def run(request: BoxRequest, *, allow_weak: bool = False, backend: str | None = None) -> BoxResult:
    """Run a program. `backend`: this one of `BACKENDS` and no other.

    GitprovError where only limits of resources are at hand and `allow_weak` is not set.
    """
    name = backend or choose(allow_weak)
    start = time.monotonic()
    with made(request) as room:
        watched, status = locked.run(request, room) if name == locked.NAME else _spawned(name, request, room)
    seen = (*request.readable, *request.writable, room.top)
    ended, detail = ending(watched.enforced, status, watched.stderr, seen)
    return BoxResult(name, ended, status, watched.stdout, watched.stderr, time.monotonic() - start, detail)


def choose(allow_weak: bool) -> str:
    """The best backend that works on this machine. GitprovError where it is the weak one, unless allowed."""
    for name in BACKENDS:
        if name == WEAK and not allow_weak:
            break
        if usable(name):
            return name
    raise GitprovError(
        "no sandbox works on this machine, so generated code is not run",
        "install bubblewrap, or pip install 'gitprov[sandbox]'; --allow-weak-sandbox runs it with limits of"
        " resources and without network, but with your files in reach",
    )


@functools.cache
def usable(name: str) -> bool:
    """Whether a backend works here: it is tried, once for each process of ours."""
    if name == bubblewrap.NAME:
        return _variant() is not None
    return name == WEAK or ((name != locked.NAME or locked.usable()) and _works(name))


@functools.cache
def _variant() -> Variant | None:
    """The best variant of bubblewrap's command line that works here."""
    if shutil.which("bwrap") is None:
        return None
    return next((entry for entry in bubblewrap.variants() if _works(bubblewrap.NAME, entry)), None)


def _works(name: str, variant: Variant | None = None) -> bool:
    request = BoxRequest(("/bin/true",), limits=_PATIENT)
    try:
        with made(request) as room:
            status = (
                locked.run(request, room)[1]
                if name == locked.NAME
                else _spawned(name, request, room, variant)[1]
            )
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return False
    return status == 0


def _spawned(
    name: str, request: BoxRequest, room: Room, variant: Variant | None = None
) -> tuple[Watched, int]:
    """What a program printed, and its exit code, for the backends that are programs themselves."""
    variant = (variant or _variant()) if name == bubblewrap.NAME else None
    uncounted = name == WEAK or (variant is not None and person.is_root() and not variant.person)
    code = seccomp.program(mounts=name != unshare.NAME, forks=uncounted)
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as rules:
        source.write(request.stdin)
        source.seek(0)
        rules.write(code or b"")
        rules.seek(0)
        late = rules.fileno() if variant is not None and code else None
        early = seccomp.installer(code) if variant is None and code else None
        process = subprocess.Popen(
            _command(name, request, room, late, variant),
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=room.files,
            env=dict(room.environment(request)),
            pass_fds=() if late is None else (late,),
            start_new_session=True,
            preexec_fn=_prepared(name, request.limits, early),  # noqa: PLW1509 - it takes no lock
        )
        with process:
            return _finished(process, request)


def _prepared(name: str, limits: BoxLimits, install: Callable[[], None] | None) -> Callable[[], None] | None:
    """What is called between fork and exec; nothing where the command line sets all limits."""
    outside = name == WEAK or not rlimits.every(limits)
    if install is None and not outside:
        return None
    limit = rlimits.setter(limits)

    def prepare() -> None:
        if outside:
            limit()
        if install is not None:
            install()

    return prepare


def _command(
    name: str, request: BoxRequest, room: Room, fd: int | None, variant: Variant | None
) -> Sequence[str]:
    if name == WEAK:
        return request.argv
    program = shutil.which("bwrap" if variant is not None else "unshare")
    if program is None:
        raise OSError(f"{name} is not installed")
    if variant is None:
        return unshare.command(program, request, room)
    return bubblewrap.command(program, request, room, fd, variant)


def _finished(process: subprocess.Popen[bytes], request: BoxRequest) -> tuple[Watched, int]:
    if process.stdout is None or process.stderr is None:
        raise ValueError("the process was started without pipes")

    def kill() -> None:
        pids = descendants(process.pid, request.limits.processes)
        for end, pid in ((os.killpg, process.pid), *((os.kill, pid) for pid in pids[1:])):
            try:
                end(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def alive() -> bool:
        return process.poll() is None

    watched = watch(process.pid, process.stdout, process.stderr, request.limits, alive, kill)
    kill()
    status = process.wait()
    return watched, 128 - status if status < 0 else status
