"""Runs a command with the proxy before the models that it calls."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from gitprov.errors import UsageError
from gitprov.flow.capture.calls.model_calls import CallRecorder
from gitprov.git.programs import RunningProgram
from gitprov.web.proxy.addresses import Upstreams
from gitprov.web.proxy.server import ProxyServer


def run_command(
    words: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    *,
    port: int = 0,
    upstream: str | None = None,
    agent: str | None = None,
) -> int:
    """Run a command until it ends; its exit status, negative for a signal that ended it.

    `agent`: its name in records, by default the command's. OSError where it cannot be started, UsageError for
    an address that is none and a port that is taken.
    """
    # A call that is recorded delays the pieces of others by at most this many seconds.
    sys.setswitchinterval(0.0005)
    upstreams = Upstreams(env, upstream)
    recorder = CallRecorder(agent or os.path.basename(words[0]), env, cwd)
    try:
        server = ProxyServer(upstreams, recorder.record, port)
    except OSError as error:
        raise UsageError(f"port {port} cannot be used: {error.strerror}", "use --port 0") from error
    try:
        return RunningProgram(words, upstreams.variables(env, server.port)).wait()
    finally:
        server.close()
