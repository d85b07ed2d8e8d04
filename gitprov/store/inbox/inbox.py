"""The inbox: evidence of one worktree that no commit contains yet, private to the clone.

Layout under `<git common dir>/gitprov/inbox/<worktree id>/` (directories 0700, files 0600):
`events/<seq>.json`, `blobs/`, `spent/<seq>.json`, `sessions/<key>/`, `snapshots/`, `archive/`,
`tmp/`, `sealed/`, `last-seq`, `waiting` and `log`. Events are ordered by `seq`, never by a clock.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator

from gitprov.errors import Damaged
from gitprov.model.event import VERSION, ContentRef, Event, Problem, Turn
from gitprov.model.lines import utf8
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.store import files
from gitprov.store.inbox import limits as inbox_limits
from gitprov.store.inbox import waiting
from gitprov.store.inbox.blobs import Blobs
from gitprov.store.inbox.sessions import Sessions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitprov.model.notes.spent import Spent
    from gitprov.store.inbox.snapshots import Snapshots

LOG_LIMIT = 1 << 18
"""Size in bytes from which the log is renamed to `log.1` and a new one started."""


MAIN = "@"
"""The name of the main worktree's inbox."""
SIGHTINGS = "seen"
"""The file of an inbox with what git held between two edits (`gitprov.store.inbox.seen`)."""


def inbox_root(common_dir: str, worktree_id: str) -> str:
    """The directory of a worktree's inbox."""
    return os.path.join(common_dir, "gitprov", "inbox", worktree_id)


class Inbox:
    """One worktree's inbox. Nothing is created before the first write; reading never writes.

    The constructor first moves aside an inbox left by a removed worktree of the same name.
    """

    def __init__(self, root: str) -> None:
        if os.path.basename(root) != MAIN:
            from gitprov.store.inbox.worktree_owner import settle

            root = settle(root)
        self.root = root
        self.tmp = os.path.join(root, "tmp")
        self.blobs = Blobs(os.path.join(root, "blobs"), self.tmp)
        self.sessions = Sessions(os.path.join(root, "sessions"), self.tmp)
        self._appended = 0
        self._limits: inbox_limits.Limits | None = None
        self._marks: Snapshots | None = None

    @property
    def limits(self) -> inbox_limits.Limits:
        """The limits in force."""
        if self._limits is None:
            self._limits = inbox_limits.load(os.path.dirname(os.path.dirname(self.root)))
        return self._limits

    @property
    def marks(self) -> Snapshots:
        """States of tool uses, which capture keeps; commits do not load them."""
        if self._marks is None:
            from gitprov.store.inbox.snapshots import Snapshots

            self._marks = Snapshots(os.path.join(self.root, "snapshots"), self.tmp)
        return self._marks

    def append_event(self, row: dict[str, Any]) -> int:
        """Durably add one event (an `Event` as JSON; `seq` and `v` are set here) and return its seq.

        ValueError for a row that is no event; OSError where it cannot be written.
        """
        with waiting.Appender(self) as rows:
            seq = self.next_seq()
            while True:
                row = {**row, "v": VERSION, "seq": seq}
                rows.add(Event.from_json(row))
                if files.create(self.tmp, self.event_path(seq), files.json_line(row)):
                    if self._is_twice(seq):
                        files.remove(self.event_path(seq))
                    else:
                        self._appended = seq
                        return seq
                self._appended = 0
                seq = max(seq + 1, self.next_seq())

    def _is_twice(self, seq: int) -> bool:
        """Whether another process had an event of this seq retired before the new one was created."""
        return os.path.exists(self.archived_path(seq)) and os.path.exists(self.event_path(seq))

    def append_once(self, key: str, rows: list[dict[str, Any]]) -> list[int]:
        """Add the events of one tool use unless they are already recorded. Returns the new seqs.

        Safe if the same report is delivered twice at once, and if the first delivery was killed halfway: then
        only the missing events are added.
        """
        with self.marks.hold(key) as mark:
            if mark.done:
                return []
            if not mark.fresh:
                rows = [row for row in rows if not self._has(row)]
            seqs = [self.append_event(row) for row in rows]
            mark.finish()
        self.marks.drop(key)
        return seqs

    def kept(self, ref: ContentRef | None) -> bytes | None:
        """The bytes of a reference; None without one, or where they are damaged or were never stored."""
        try:
            return None if ref is None else self.get_blob(ref)
        except Damaged:
            return None

    def events(self, seqs: Collection[int] | None = None) -> list[Event | Problem]:
        """Every live event (in `seqs`) in order, with a Problem in place of each that cannot be read."""
        if seqs is None:
            return list(self._read_all("events"))
        return [entry for entry in map(self.event, sorted(seqs)) if entry is not None]

    def seqs(self) -> list[int]:
        """The seq of every live event, readable or not, ascending."""
        return sorted(_seqs(files.names(os.path.join(self.root, "events"))))

    def archived(self) -> list[Event | Problem]:
        """Every retired event in order, as `events`."""
        return list(self._read_all("archive"))

    def event(self, seq: int) -> Event | Problem | None:
        """A live event, a Problem if it cannot be read, None if there is none."""
        return self._read_event("events", f"{seq:010d}.json")

    def last_event(self, path: str) -> Event | None:
        """The newest readable live event on a path."""
        for name in reversed(self._event_names("events")):
            entry = self._read_event("events", name)
            if isinstance(entry, Event) and entry.path == path:
                return entry
        return None

    def spent(self, seq: int) -> Spent:
        """What commits used of an event; nothing if that is not recorded or damaged."""
        from gitprov.model.notes.spent import Spent  # capture does not need it

        for path in (self._spent_path(seq), self.archived_spent_path(seq)):
            row = files.read_object(path)
            if row is not None:
                return Spent.from_json(row)
        return Spent()

    def mark_spent(self, seq: int, spent: Spent, *, durable: bool = True) -> None:
        """Replace the record of what commits used of an event. To add to it, the caller unites first.

        An event that is retired at once needs no `durable` record: only live events claim lines.
        """
        row = {"v": VERSION, **spent.to_json()}
        if spent.path is not None:
            with waiting.Appender(self) as rows:
                rows.add_path(seq, spent.path)
        files.replace(self.tmp, self._spent_path(seq), files.json_line(row), durable=durable)

    def retire(self, seqs: Iterable[int]) -> None:
        """Move events to the archive. Safe to repeat; missing events are skipped."""
        targets = sorted(set(seqs))
        if not targets:
            return
        self.reserve_seq(targets[-1])
        files.make_dir(os.path.join(self.root, "archive"))
        for seq in targets:
            try:
                os.utime(self.event_path(seq))  # the archive's retention period starts now
                os.rename(self.event_path(seq), self.archived_path(seq))
            except FileNotFoundError:
                pass
            try:
                os.rename(self._spent_path(seq), self.archived_spent_path(seq))
            except FileNotFoundError:
                pass
        waiting.settle(self)

    def put_blob(self, data: bytes) -> ContentRef:
        """Store file content; large (over `limits.file_bytes`) and binary content only by its digest."""
        return self.blobs.put(data, self.limits.file_bytes)

    def reference(self, content: bytes | ContentRef | None) -> dict[str, Any] | None:
        """The reference to a content as events have it; bytes are stored. None for no file."""
        if content is None:
            return None
        return (content if isinstance(content, ContentRef) else self.put_blob(content)).to_json()

    def put_text(self, text: str) -> ContentRef:
        """Store a prompt, an output or a tool input."""
        return self.blobs.put_text(utf8(text))

    def get_blob(self, ref: ContentRef) -> bytes:
        """The bytes of a reference. Damaged if they are missing, altered or were never stored."""
        return self.blobs.get(ref)

    def mark_used(self, key: str, turn: str, generation: str) -> None:
        """Record the newest generation that a commit froze for a turn: the parent of its continuation."""
        self.sessions.mark_used(key, turn, generation)

    def turn(self, key: str, turn: str) -> Turn | Problem | None:
        """A turn as hooks reported it, a Problem if its file cannot be read, None if there is none."""
        return self.sessions.read(key, turn)

    def log_problem(self, text: str, at: str) -> None:
        """Append one line to the log. OSError where it cannot be written."""
        path = os.path.join(self.root, "log")
        files.make_dir(self.root)
        if (files.size(path) or 0) > LOG_LIMIT:
            os.replace(path, path + ".1")
        files.append(path, f"{at} {one_line(text)}\n".encode("ascii", "backslashreplace"))

    def problems(self) -> list[Problem]:
        """The log's entries, oldest first."""
        rows: list[Problem] = []
        for name in ("log.1", "log"):
            data = files.read(os.path.join(self.root, name)) or b""
            for line in data.decode("utf-8", "replace").splitlines():
                at, _, text = line.partition(" ")
                rows.append(Problem("capture", text, at=at))
        return rows

    def exists(self) -> bool:
        """Whether the inbox has its directory. OSError where that cannot be determined."""
        try:
            return stat.S_ISDIR(os.stat(self.root).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def can_write(self) -> bool:
        """Whether this process may add to the inbox."""
        return os.access(self.root, os.W_OK | os.X_OK)

    def next_seq(self) -> int:
        """A seq above that of every event, live or retired. Another process may take it first."""
        # Names are listed before the hint is read: a process raises the hint before it removes an event.
        if self._appended:
            # The directory is listed once for all events of a delivery: an event that another process added
            # since then either has the next name, which `append_event` detects, or was removed after raising
            # the hint.
            return max(self._appended, self._hint() or 0) + 1
        last = self._last("events")
        hint = self._hint()
        if hint is None:
            hint = self._last("archive")
        return max(last, hint) + 1

    def reserve_seq(self, seq: int) -> None:
        """Ensure that no later event gets a seq up to this one, even after these events are removed."""
        if seq > (self._hint() or 0):
            last = max(seq, self._last("archive"))
            files.replace(self.tmp, os.path.join(self.root, "last-seq"), b"%d\n" % last)

    def event_path(self, seq: int) -> str:
        """The file of a live event."""
        return os.path.join(self.root, "events", f"{seq:010d}.json")

    def archived_path(self, seq: int) -> str:
        """The file of a retired event."""
        return os.path.join(self.root, "archive", f"{seq:010d}.json")

    def _spent_path(self, seq: int) -> str:
        return os.path.join(self.root, "spent", f"{seq:010d}.json")

    def archived_spent_path(self, seq: int) -> str:
        """The file of a retired event's marks."""
        return os.path.join(self.root, "archive", f"{seq:010d}.spent")

    def _hint(self) -> int | None:
        try:
            return int(files.read(os.path.join(self.root, "last-seq"), 32) or b"")
        except (OSError, ValueError):
            return None

    def _event_names(self, room: str) -> list[str]:
        return [name for name in files.names(os.path.join(self.root, room)) if _seq(name) is not None]

    def _last(self, room: str) -> int:
        return max(_seqs(files.names(os.path.join(self.root, room))), default=0)

    def _read_all(self, room: str) -> Iterator[Event | Problem]:
        for name in self._event_names(room):
            entry = self._read_event(room, name)
            if entry is not None:
                yield entry

    def _read_event(self, room: str, name: str) -> Event | Problem | None:
        where, seq = f"{room}/{name}", _seq(name)
        try:
            data = files.read(os.path.join(self.root, where))
            if data is None:
                return None  # retired by another process since the directory was listed
            event = Event.from_json(loads(data))
            if event.seq != seq:
                raise ValueError(f"holds seq {event.seq}")
        except (OSError, ValueError, RecursionError) as error:
            return Problem(where, one_line(str(error)), seq)
        return event

    def _has(self, row: dict[str, Any]) -> bool:
        """Whether the row's tool use already has an event of the same type, path and session key."""
        identity = (row.get("tool_use_id"), row["type"], row["path"], row.get("key"))
        return any(
            (event.tool_use_id, event.type, event.path, event.key) == identity
            for event in self.events() + self.archived()
            if isinstance(event, Event)
        )


def one_line(text: str) -> str:
    """The first 500 characters of a text, with unprintable ones escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:500])


def _seq(name: str) -> int | None:
    return next(iter(_seqs([name])), None)


def _seqs(names: Iterable[str]) -> list[int]:
    """The seqs of event files, whatever else has these names; there may be many thousands."""
    stems = (name[:-5] for name in names if name[-5:] == ".json")
    return [int(stem) for stem in stems if stem.isascii() and stem.isdigit()]
