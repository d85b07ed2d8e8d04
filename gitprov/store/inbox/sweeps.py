"""How far transcripts were read: the inbox's file `swept`, whose mtime is two seconds before the last sweep.

Hooks in sh compare transcripts with that mtime, and some shells compare whole seconds: a transcript that grew
at the moment of the sweep counts as newer once more. Losing the file is harmless: all is read again.

The file `elsewhere` lists transcripts of sessions in other directories, one path a line: hooks in sh start no
Python for them, however they grow.
"""

import os
from collections.abc import Iterable, Mapping

from gitprov.model.event import VERSION
from gitprov.model.named import NamedTuple
from gitprov.store import files
from gitprov.store.inbox.inbox import Inbox

SLACK = 2.0
"""Seconds by which the file is older than the sweep."""
WAIT = 5.0
"""Seconds to wait for another sweep of the same work tree."""
_ELSEWHERE = 50
"""How many transcripts of other directories are remembered, the newest ones: sh compares line by line."""


class Cursor(NamedTuple):
    """How far one transcript was read: `offset` in bytes, while it was the file with this inode, whose first
    bytes have the digest `head` (`head_size` of them), and was of this size. For a database, `offset` is the
    time of the newest row.
    """

    inode: int
    size: int
    offset: int
    head_size: int
    head: str


class SweepState(NamedTuple):
    """Path of a transcript → its cursor, and reason → how many rows or files were skipped for it."""

    cursors: Mapping[str, Cursor] = {}
    skipped: Mapping[str, int] = {}


def path_in(inbox: Inbox) -> str:
    """The file of an inbox."""
    return os.path.join(inbox.root, "swept")


def load(inbox: Inbox) -> SweepState:
    """The state; an empty one if there is none or it is damaged."""
    row = files.read_object(path_in(inbox)) or {}
    try:
        cursors = {str(path): Cursor._make(entry) for path, entry in row["files"].items()}
        skipped = {str(reason): int(count) for reason, count in row["skipped"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return SweepState()
    if not all(map(_is_valid, cursors.values())):
        return SweepState()
    return SweepState(cursors, skipped)


def _is_valid(cursor: Cursor) -> bool:
    return all(isinstance(number, int) for number in cursor[:4]) and isinstance(cursor.head, str)


def save(inbox: Inbox, state: SweepState, began: float) -> None:
    """Replace the state of a sweep that began at `began`, in seconds since 1970. OSError where it cannot."""
    cursors = {path: list(cursor) for path, cursor in state.cursors.items()}
    row = {"v": VERSION, "files": cursors, "skipped": dict(state.skipped)}
    files.replace(inbox.tmp, path_in(inbox), files.json_line(row), durable=False)
    os.utime(path_in(inbox), (began - SLACK, began - SLACK))


def add_elsewhere(inbox: Inbox, paths: Iterable[str]) -> None:
    """Remember transcripts of sessions in other directories. OSError where that is not possible."""
    place = os.path.join(inbox.root, "elsewhere")
    text = files.read(place) or b""
    listed = [os.fsdecode(line) for line in text.splitlines()]
    new = sorted(path for path in paths if path not in listed and "\n" not in path)
    if new:
        existing = [path for path in [*listed, *new] if os.path.exists(path)]
        newest = sorted(existing, key=lambda path: files.age(path, 0))[:_ELSEWHERE]
        rows = b"".join(os.fsencode(path) + b"\n" for path in newest)
        files.replace(inbox.tmp, place, rows, durable=False)


def take_lock(inbox: Inbox) -> int | None:
    """A descriptor whose closing lets other sweeps begin; None where another takes more than WAIT s."""
    files.make_dir(inbox.root)
    path = os.path.join(inbox.root, "sweep.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, files.PRIVATE_FILE)
    if files.lock(handle, wait=WAIT):
        return handle
    os.close(handle)
    return None
