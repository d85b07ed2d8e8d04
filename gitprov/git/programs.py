"""Starts programs other than git: `ps`, a pager, agents, installed tools, commands of users, and this Python
as workers.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from types import FrameType
from typing import NamedTuple

from gitprov.git.process import Completed, Env, decode, encode, opened


def output_of(words: Sequence[str]) -> bytes:
    """What another program than git writes to its standard output, whatever its exit status. OSError where it
    cannot be started.
    """
    return subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL).stdout


def open_shell(command: str, env: Env) -> subprocess.Popen[bytes]:
    """Start a shell command that reads what is written to its `stdin`, on our own terminal. The caller
    must wait for it.
    """
    return subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, env=dict(env))


def open_agent(words: Sequence[str], env: Env) -> subprocess.Popen[bytes]:
    """Start another program with pipes for its input and output, and our own stderr. OSError where it cannot
    be started. The caller must wait for it.
    """
    return subprocess.Popen(words, env=dict(env), bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


class ToolRun(NamedTuple):
    """How a program ended. `status`: None where its time was up; `output`: what it printed, at most the limit
    and a byte more; `words`: the last line of its messages.
    """

    status: int | None
    output: bytes
    words: str


def run_tool(words: Sequence[str], *, cwd: str, env: Env, seconds: float, largest: int) -> ToolRun:
    """Run another program than git for a limited time, after which it and its processes are ended. OSError
    where it cannot be started.
    """
    import tempfile

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            list(map(encode, words)),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=messages,
            start_new_session=True,
        )
        try:
            status: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
            _end_group(process)
        out.seek(0)
        messages.seek(max(0, messages.seek(0, os.SEEK_END) - 10_000))
        rows = decode(messages.read()).strip().splitlines()
        return ToolRun(status, out.read(largest + 1), rows[-1] if rows else "")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group, and all of the group; it has not been waited for."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def run_program(words: Sequence[str], env: Env) -> int:
    """Run another program than git on our own standard streams; its exit status, 127 where there is none."""
    try:
        return subprocess.run(words, env=dict(env), check=False).returncode
    except OSError:
        return 127


class RunningProgram:
    """A program on our own standard streams, in our own process group, to which signals are forwarded.

    OSError where it cannot be started.
    """

    def __init__(self, words: Sequence[str], env: Env) -> None:
        self._process = subprocess.Popen(list(map(encode, words)), env=dict(env))
        for name in _FORWARDED:
            signal.signal(name, self._forward)

    def wait(self) -> int:
        """Its exit status, negative for the signal that ended it."""
        return self._process.wait()

    def _forward(self, number: int, _frame: FrameType | None) -> None:
        if number in (signal.SIGINT, signal.SIGQUIT) and _is_typed():
            return
        try:
            self._process.send_signal(number)
        except ProcessLookupError:
            pass


_FORWARDED = (
    signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2,
)  # fmt: skip


def _is_typed() -> bool:
    """Whether an interrupt may come from the terminal, which sends it to all processes of the group."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def run_other(words: Sequence[str], *, env: Env, stdin: bytes) -> Completed:
    """Run another program than git to its end, with data on its standard input. OSError where it cannot be
    started. Its messages are in English (LC_ALL=C).
    """
    done = subprocess.run(
        list(map(encode, words)), env={**env, "LC_ALL": "C"}, input=stdin, capture_output=True, check=False
    )
    return Completed(done.returncode, done.stdout, done.stderr)


_CHUNK = 1 << 16
#: Python's own options and variables are ignored, and the directory that the worker stands in is not searched
#: for modules: it may be a repository of others.
_START = (
    "import sys; sys.path[:] = sys.argv[2:]; from importlib import import_module as m; m(sys.argv[1]).main()"
)


class Worker:
    """A process that runs `main()` of a module, with the search path of this process. OSError where it cannot
    be started. Its messages are dropped.
    """

    def __init__(self, module: str) -> None:
        paths = [os.path.abspath(path) for path in sys.path if path]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, module, *paths],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._tail = b""

    def fileno(self) -> int:
        """The descriptor of its answers."""
        return opened(self._process.stdout).fileno()

    def send(self, line: bytes) -> bool:
        """Write a line, its newline included; whether the process still read."""
        pipe = opened(self._process.stdin)
        try:
            pipe.write(line)
            pipe.flush()
        except BrokenPipeError:
            return False
        return True

    def receive(self) -> Sequence[bytes] | None:
        """The complete lines of what there is to read, without newlines; None where the process has ended."""
        chunk = os.read(self.fileno(), _CHUNK)
        if not chunk:
            return None
        *lines, self._tail = (self._tail + chunk).split(b"\n")
        return lines

    def end(self) -> int:
        """End the process; its exit status, negative for the signal that ended it."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                opened(pipe).close()
            except BrokenPipeError:
                pass
        try:
            return self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def readable(workers: Iterable[Worker], seconds: float) -> list[Worker]:
    """The workers that have something to read or have ended, after at most some seconds."""
    poll = select.poll()
    rows = {worker.fileno(): worker for worker in workers}
    for fileno in rows:
        poll.register(fileno, select.POLLIN)
    return [rows[fileno] for fileno, _ in poll.poll(max(0, seconds) * 1000)]
