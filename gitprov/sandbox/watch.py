"""Reads what a running program prints, and ends the run at the first limit that it exceeds."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from typing import IO, NamedTuple

from gitprov.sandbox.request import OUTPUT, PROCESSES, TIMEOUT, BoxLimits

_PIECE = 1 << 16
#: Seconds between two counts of the processes.
_OFTEN = 0.01
#: Seconds between two looks at a program that has closed its output.
_SOON = 0.001
#: Seconds for which output of processes that outlive the program is waited for.
_GRACE = 0.2


class Watched(NamedTuple):
    """The output of a run, and the limit for which it was ended, if any."""

    stdout: bytes
    stderr: bytes
    enforced: str | None


def watch(
    pid: int,
    out: IO[bytes],
    err: IO[bytes],
    limits: BoxLimits,
    alive: Callable[[], bool],
    kill: Callable[[], None],
) -> Watched:
    """Read both streams to their ends, and wait for the program's end.

    `alive`: whether it runs; `kill`: ends it with its children.
    """
    parts: dict[int, list[bytes]] = {out.fileno(): [], err.fileno(): []}
    deadline = time.monotonic() + limits.seconds
    size, enforced, ended = 0, None, 0.0
    with selectors.DefaultSelector() as selector:
        for stream in (out, err):
            selector.register(stream.fileno(), selectors.EVENT_READ)
        while selector.get_map() or alive():
            for key, _ in _ready(selector):
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    selector.unregister(key.fd)
                parts[key.fd].append(piece[: max(limits.output - size, 0)])
                size += len(piece)
            enforced = enforced or _exceeded(pid, size, deadline, limits)
            now = time.monotonic()
            if not ended and (enforced or not alive()):
                ended = now
                if enforced:
                    kill()
            if ended and now - ended > _GRACE:
                kill()
                break
    return Watched(b"".join(parts[out.fileno()]), b"".join(parts[err.fileno()]), enforced)


def _ready(selector: selectors.BaseSelector) -> list[tuple[selectors.SelectorKey, int]]:
    if selector.get_map():
        return selector.select(_OFTEN)
    time.sleep(_SOON)
    return []


def _exceeded(pid: int, size: int, deadline: float, limits: BoxLimits) -> str | None:
    if size > limits.output:
        return OUTPUT
    if time.monotonic() > deadline:
        return TIMEOUT
    return PROCESSES if len(descendants(pid, limits.processes)) >= limits.processes else None


def descendants(pid: int, most: int) -> list[int]:
    """Ids of a process and its descendants, as far as the system lists them; not many more than `most`."""
    pids = [pid]
    for parent in pids:
        if len(pids) > most:
            break
        try:
            for thread in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{thread}/children", encoding="ascii") as file:
                    pids += map(int, file.read().split())
        except (OSError, ValueError):
            continue
    return pids
