"""Waiting outputs: generations whose files nobody named, until commits hold the lines of their outputs.

One is `spool/output-<hash>`, so that the hooks of a commit start Python while there is one. It names the turn
and the lines of its output that files have already; `retention` removes it with other old evidence.
"""

import json
import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from gitprov.model.canonical import sha256_hex
from gitprov.model.event import VERSION
from gitprov.model.named import NamedTuple
from gitprov.store import files
from gitprov.store.inbox import spool

if TYPE_CHECKING:
    from gitprov.store.inbox.inbox import Inbox

MOST = 1000
"""The largest number of waiting outputs; a new one beyond it replaces the oldest."""


class WaitingOutput(NamedTuple):
    """The output of a turn. `spent` are the 0-based numbers of its lines that files have."""

    key: str
    turn: str
    spent: frozenset[int] = frozenset()


def add(inbox: "Inbox", key: str, turn: str) -> None:
    """Let the output of a turn wait, unless it does. OSError where that cannot be written."""
    spool.open_for_reports(inbox)
    path = _path(inbox, key, turn)
    if files.create(inbox.tmp, path, _row(WaitingOutput(key, turn))):
        listed = paths(inbox)
        for old in listed[: max(0, len(listed) - MOST)]:
            files.remove(old)


def waiting_outputs(inbox: "Inbox") -> list[WaitingOutput]:
    """The waiting outputs, the oldest first. Damaged ones are left out."""
    outputs = [_read(path) for path in paths(inbox)]
    return [output for output in outputs if output is not None]


def spend(inbox: "Inbox", output: WaitingOutput, lines: Collection[int]) -> None:
    """Record that files have these lines of an output, too."""
    new = output._replace(spent=output.spent | frozenset(lines))
    path = _path(inbox, output.key, output.turn)
    moment = os.stat(path).st_mtime_ns
    files.replace(inbox.tmp, path, _row(new))
    os.utime(path, ns=(moment, moment))  # the order and the age stay


def drop(inbox: "Inbox", output: WaitingOutput) -> None:
    """Let an output wait no longer."""
    files.remove(_path(inbox, output.key, output.turn))


def paths(inbox: "Inbox") -> list[str]:
    """Paths of the waiting outputs, the oldest first."""
    return sorted(spool.announced(inbox, spool.OUTPUT), key=lambda path: (_moment(path), path))


def _moment(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _row(output: WaitingOutput) -> bytes:
    row = {"v": VERSION, "key": output.key, "turn": output.turn, "spent": sorted(output.spent)}
    return json.dumps(row).encode("ascii")


def _read(path: str) -> WaitingOutput | None:
    try:
        row = files.read_object(path) or {}
        key, turn, spent = row["key"], row["turn"], row["spent"]
    except (OSError, ValueError, KeyError):
        return None
    if row.get("v") != VERSION or not (isinstance(key, str) and isinstance(turn, str)):
        return None
    if not isinstance(spent, list) or not all(isinstance(line, int) for line in spent):
        return None
    return WaitingOutput(key, turn, frozenset(spent))


def _path(inbox: "Inbox", key: str, turn: str) -> str:
    name = sha256_hex(f"{key}\0{turn}".encode("utf-8", "surrogatepass"))[:40]
    return os.path.join(spool.directory(inbox), spool.OUTPUT + name)
