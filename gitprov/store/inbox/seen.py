"""Sightings: stashes, and blobs that git wrote into the work tree, at a point between two recorded edits.

The inbox's file `seen` contains one JSON object per line, in order. `seq` is the number of the next edit. The
contents are git's own objects; they are unknown once git has removed these.
"""

import os

from gitprov.model.event import VERSION
from gitprov.model.named import NamedTuple
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.store import files
from gitprov.store.inbox.inbox import SIGHTINGS, Inbox

#: Number of the newest stashes that are checked when an edit is recorded; older ones were recorded before.
_STASHES = 20
#: Number of the newest rows that are read.
_MOST = 64
#: Size in bytes above which `prune` rewrites the file.
LIMIT = 1 << 15


class Sighting(NamedTuple):
    """A stash (`oid` is its commit id) or, with a `path`, a blob that git had just written to that file."""

    seq: int
    oid: str
    path: str | None = None


def read(inbox: Inbox) -> list[Sighting]:
    """The newest rows in the order of seq, without damaged ones."""
    try:
        data = files.read(_place(inbox))
    except OSError:
        return []
    rows = [_row(line) for line in (data or b"").splitlines()[-_MOST:]]
    return sorted((row for row in rows if row is not None), key=lambda row: row.seq)


def see_stashes(inbox: Inbox, common_dir: str) -> None:
    """Record the stashes that are not recorded yet; to be called before an edit or a sighting is recorded."""
    try:
        log = files.read(os.path.join(common_dir, "logs", "refs", "stash"))
        if not log:
            return
        oids = [line.split(b" ")[1].decode("ascii") for line in log.splitlines()[-_STASHES:]]
        recorded_oids = {row.oid for row in read(inbox)}
        seq = inbox.next_seq()
        add(inbox, [Sighting(seq, oid) for oid in oids if oid not in recorded_oids])
    except (OSError, ValueError, IndexError):
        return  # a failure here must not prevent the recording of the edit


def add(inbox: Inbox, rows: list[Sighting]) -> None:
    """Append rows. OSError where that is not possible."""
    if not rows:
        return
    files.make_dir(inbox.root)
    files.append(_place(inbox), b"".join(map(_line, rows)))


def prune(inbox: Inbox) -> None:
    """Drop rows from before the first live edit: at once if no other row is left, else above LIMIT bytes."""
    first = min(inbox.seqs(), default=None)
    rows = [] if first is None else [row for row in read(inbox) if row.seq > first]
    if not rows:
        files.remove(_place(inbox))
    elif (files.size(_place(inbox)) or 0) > LIMIT:
        files.replace(inbox.tmp, _place(inbox), b"".join(map(_line, rows)))


def _place(inbox: Inbox) -> str:
    return os.path.join(inbox.root, SIGHTINGS)


def _line(row: Sighting) -> bytes:
    head = {"v": VERSION, "seq": row.seq}
    subject = {"stash": row.oid} if row.path is None else {"path": row.path, "blob": row.oid}
    return files.json_line({**head, **subject})


def _row(line: bytes) -> Sighting | None:
    try:
        row = loads(line)
        path = row.get("path")
        oid = row["stash"] if path is None else row["blob"]
    except (ValueError, KeyError, AttributeError, RecursionError):
        return None
    is_valid = isinstance(row.get("seq"), int) and isinstance(oid, str) and oid.isalnum()
    return Sighting(row["seq"], oid, path) if is_valid and isinstance(path, str | None) else None
