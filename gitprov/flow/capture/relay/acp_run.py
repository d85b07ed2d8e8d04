"""Runs an agent behind its editor: its bytes are passed on, its messages recorded, its end is ours."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType

from gitprov.flow.capture.relay import relay
from gitprov.flow.capture.relay.acp import AcpRecorder
from gitprov.git.process import opened
from gitprov.git.programs import open_agent

_FORWARDED = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
_LAST_WORDS = 2.0
"""Seconds for which output of an agent that ended is waited for: its child processes may keep the pipe
open."""


def run_agent(words: tuple[str, ...], env: Mapping[str, str], cwd: str, agent: str | None) -> int:
    """Run an agent between our standard streams; its exit status, negative for a signal that ended it.

    OSError where it cannot be started.
    """
    # A thread that holds the interpreter delays the bytes of the others by at most this many seconds.
    sys.setswitchinterval(0.0005)
    child = open_agent(words, env)
    _forward_signals(child.pid)
    source, target = _own_streams()
    backlog, recorder = relay.Backlog(), AcpRecorder(words, env, cwd, agent)
    relay.start_pump(source, os.dup(opened(child.stdin).fileno()), backlog, None)
    opened(child.stdin).close()
    output = os.dup(opened(child.stdout).fileno())
    opened(child.stdout).close()
    pump = relay.start_pump(output, target, backlog, recorder.look_early)

    def finish() -> None:
        child.wait()
        pump.join(_LAST_WORDS)
        backlog.end()

    threading.Thread(target=finish, daemon=True).start()
    for line in backlog:
        recorder.record(line.text, line.from_agent)
    if backlog.dropped:
        recorder.log_dropped(backlog.dropped)
    return child.wait()


def end_like(status: int) -> int:
    """The exit code for a status of `run_agent`; a signal that ended the agent ends this process as well."""
    if status >= 0:
        return status
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if -status not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
    return 128 - status


def _own_streams() -> tuple[int, int]:
    """Our standard input and output under other numbers, so that nothing else gets into the stream."""
    source, target = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, target


def _forward_signals(child: int) -> None:
    def forward(number: int, _frame: FrameType | None) -> None:
        try:
            os.kill(child, number)
        except ProcessLookupError:
            pass

    for name in _FORWARDED:
        signal.signal(getattr(signal, name), forward)
