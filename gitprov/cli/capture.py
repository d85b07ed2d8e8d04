"""`gitprov capture <agent> [event]`: one hook payload on stdin. Always exits 0; prints nothing on stdout.

A payload may stand in place of the event: Codex CLI's `notify` passes it so.
"""

from __future__ import annotations

import os
import time

from gitprov.cli.search_path import current_directory
from gitprov.flow.capture.dispatch import PAYLOAD_LIMIT, capture
from gitprov.flow.capture.moment import Moment, report


def run(argv: list[str]) -> int:
    """Capture the payload on stdin and return 0. A problem that cannot be logged goes to stderr."""
    try:
        problem = _run(argv)
    except BaseException as error:  # noqa: BLE001 - an agent must never see a failure of ours
        problem = f"gitprov capture: {error!r}"
    if problem is not None:
        from gitprov.cli.door import complain

        complain(problem)
    return 0


def _run(argv: list[str]) -> str | None:
    moment = Moment(time.time(), os.environ, current_directory(), above=os.getppid())
    if len(argv) not in (1, 2):
        _read(0)
        return report("capture: one agent's name is needed, as in: gitprov capture claude-code", moment)
    event = argv[1] if len(argv) == 2 else None
    if event is not None and event.startswith("{"):
        return capture(argv[0], os.fsencode(event), moment)
    return capture(argv[0], _read(0), moment, event)


def _read(handle: int) -> bytes:
    """The bytes of `handle` up to just above the limit; the rest is drained, so its writer gets no error."""
    parts: list[bytes] = []
    size = 0
    while chunk := os.read(handle, 1 << 20):
        if size <= PAYLOAD_LIMIT:
            parts.append(chunk)
            size += len(chunk)
    return b"".join(parts)
