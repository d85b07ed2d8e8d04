"""A server in a process of its own, on free ports of the loopback address."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

#: Another process can take a free port before the server does: then other ports are tried.
_TRIES = 3


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [row.getsockname()[1] for row in sockets]


@contextmanager
def running(
    command: Callable[[Sequence[int]], Sequence[str]],
    ports: int,
    env: Mapping[str, str],
    folder: Path,
    seconds: float,
) -> Iterator[int]:
    """Start a command with free ports, wait until the first of them answers HTTP, and give that port.

    `env` must not have keys of a service: a server could use them. The log is `folder`/server.log.
    """
    for _ in range(_TRIES):
        numbers = free_ports(ports)
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                command(numbers), cwd=folder, env=dict(env), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        try:
            if _answers(process, numbers[0], time.monotonic() + seconds):
                yield numbers[0]
                return
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    raise AssertionError((folder / "server.log").read_text(errors="replace")[-4000:])


def _answers(process: subprocess.Popen[bytes], port: int, until: float) -> bool:
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return True
        except OSError:
            time.sleep(0.05)
    return False
