"""State of a tool use between its two hooks: the file before it, and a mark that it was recorded."""

import json
import os
from types import TracebackType

from gitprov.model.canonical import sha256_hex
from gitprov.model.event import VERSION, ContentRef
from gitprov.model.named import NamedTuple
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.store import files

WAIT = 2.0
"""Seconds to wait for a concurrent delivery of the same report."""


class Snapshot(NamedTuple):
    """A file as it was before a tool ran; `content` is None if it did not exist."""

    path: str
    content: ContentRef | None


class Snapshots:
    """The `snapshots/` directory: `<hash>.json` before, `<hash>.done` after a tool use was recorded."""

    def __init__(self, root: str, tmp: str) -> None:
        self.root = root
        self._tmp = tmp

    def put(self, key: str, snapshot: Snapshot) -> None:
        """Store a snapshot until the tool use is recorded."""
        content = None if snapshot.content is None else snapshot.content.to_json()
        row = {"v": VERSION, "path": snapshot.path, "content": content}
        files.replace(self._tmp, self._path(key, "json"), json.dumps(row, sort_keys=True).encode("ascii"))

    def get(self, key: str) -> Snapshot | None:
        """The snapshot of a tool use; None if there is none or it cannot be read."""
        try:
            row = loads(files.read(self._path(key, "json")) or b"null")
            content = None if row["content"] is None else ContentRef.from_json(row["content"])
            return Snapshot(str(row["path"]), content)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def drop(self, key: str) -> None:
        """Remove a snapshot."""
        files.remove(self._path(key, "json"))

    def is_done(self, key: str) -> bool:
        """Whether a tool use was already recorded."""
        return bool(files.size(self._path(key, "done")))

    def hold(self, key: str) -> "Mark":
        """The lock that excludes other deliveries of the same report while its events are written."""
        return Mark(self._path(key, "done"))

    def _path(self, key: str, kind: str) -> str:
        name = sha256_hex(key.encode("utf-8", "surrogatepass"))[:40]
        return os.path.join(self.root, f"{name}.{kind}")


class Mark:
    """A lock file that stays after its lock; empty until all events are written.

    `fresh`: this process created the file and locked it without waiting. `done`: the events are all written.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.fresh = False
        self.done = False

    def __enter__(self) -> "Mark":  # noqa: PYI034 - Self needs Python 3.11
        """Take the lock, waiting up to WAIT seconds. The kernel releases it when its holder is killed."""
        files.make_dir(os.path.dirname(self._path))
        flags = os.O_RDWR | os.O_CLOEXEC
        try:
            self._handle = os.open(self._path, flags | os.O_CREAT | os.O_EXCL, files.PRIVATE_FILE)
            self.fresh = True
        except FileExistsError:
            self._handle = os.open(self._path, flags | os.O_CREAT, files.PRIVATE_FILE)
        # Between creation and lock another delivery may have taken the lock and finished.
        is_free = files.lock(self._handle)
        self.fresh = is_free and self.fresh
        if not is_free:
            files.lock(self._handle, wait=WAIT)
        self.done = os.fstat(self._handle).st_size > 0
        return self

    def finish(self) -> None:
        """Mark that all events are written, so that later deliveries add nothing."""
        os.write(self._handle, b"done\n")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)
