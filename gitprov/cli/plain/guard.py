"""`gitprov guard [AGENT]`: an agent's hook before a tool. It avoids typer, since the agent waits for it.

Exits with 0 always. It prints nothing, or a refusal in the agent's form: whatever fails on our side lets the
command pass.
"""

from __future__ import annotations

import os
import sys
import time

from gitprov.cli.search_path import current_directory

#: Largest payload that is read, in bytes.
_LARGEST = 4 << 20


def run(argv: list[str]) -> int:
    """Judge the payload on stdin, and return 0."""
    try:
        _run(argv)
    except BaseException as error:  # noqa: BLE001 - an agent must never see a failure of ours
        _report(f"guard: {error!r}")
    return 0


def _run(argv: list[str]) -> None:
    from gitprov.agents.payloads import before_tool
    from gitprov.model.untrusted.jsonvalue import loads

    agent = argv[0] if argv else None
    if len(argv) > 1 or agent not in (None, *before_tool.AGENTS):
        raise ValueError(f"there is no agent {' '.join(argv)}; see gitprov guard --help")
    if sys.stdin.isatty():  # a person, who would wait for nothing
        from gitprov.cli.door import complain

        complain("gitprov guard reads an agent's payload on stdin: see gitprov guard --help")
        return
    payload = sys.stdin.buffer.read(_LARGEST + 1)
    if len(payload) > _LARGEST:
        raise ValueError(f"the payload is larger than {_LARGEST >> 20} MiB and was not read")
    call = before_tool.shell_call(loads(payload, forgiving=True), agent)
    if call is None:
        return
    from gitprov.cli.cache import cache_folder
    from gitprov.flow.gates import guard

    moment = guard.GuardMoment(time.time(), os.environ, current_directory(), cache_folder())
    answer = guard.guard(call, moment)
    if answer.refusals:
        from gitprov.cli.door import exact

        exact(before_tool.refusal(call.agent, answer.reason).encode("ascii"))
    guard.record(call, answer, moment)


def _report(text: str) -> None:
    """Write a problem to the log that doctor reads, where that is possible."""
    try:
        from gitprov.flow.capture.moment import Moment, report

        report(text, Moment(time.time(), os.environ, current_directory()))
    except BaseException:  # noqa: BLE001, S110 - see `run`
        pass
