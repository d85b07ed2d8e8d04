"""The inbox: evidence of one worktree that no commit holds yet, private to the clone.

Layout under `<git common dir>/gitprov/inbox/<worktree id>/` (directories 0700, files 0600):
`events/<seq>.json`, `blobs/`, `spent/<seq>.json`, `sessions/<key>/`, `snapshots/`, `archive/`,
`tmp/`, `last-seq` and `log`. Order is the order of `seq`, never of a clock.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from gitprov.model.event import VERSION, ContentRef, Event, Problem, Turn
from gitprov.model.untrusted.jsonvalue import loads
from gitprov.store import files
from gitprov.store.inbox import limits as inbox_limits
from gitprov.store.inbox import worktree_owner
from gitprov.store.inbox.blobs import Blobs
from gitprov.store.inbox.sessions import Sessions
from gitprov.store.inbox.snapshots import Snapshots

LOG_LIMIT = 1 << 18
"""Size in bytes at which the log starts anew, the old one kept as `log.1`."""


class Spent(NamedTuple):
    """What commits said of an event's lines: range texts over `event.after`, 1-based, inclusive.

    `trace` is the generation that the event was frozen into, None while no commit used its turn. `path` is the name
    that a commit gave the file since, None where it kept the event's.
    """

    lines: str
    dropped: str
    trace: str | None = None
    path: str | None = None


def inbox_root(common_dir: str, worktree_id: str) -> str:
    """Directory of a worktree's inbox."""
    return os.path.join(common_dir, "gitprov", "inbox", worktree_id)


class Inbox:
    """One worktree's inbox. Nothing is created before the first write; reading never writes.

    What a worktree of the same name left behind before it was removed is moved aside first.
    """

    def __init__(self, root: str) -> None:
        self.root = root = worktree_owner.settle(root)
        self.tmp = os.path.join(root, "tmp")
        self.blobs = Blobs(os.path.join(root, "blobs"), self.tmp)
        self.sessions = Sessions(os.path.join(root, "sessions"), self.tmp)
        self.marks = Snapshots(os.path.join(root, "snapshots"), self.tmp)
        self._appended = 0
        self._limits: inbox_limits.Limits | None = None

    @property
    def limits(self) -> inbox_limits.Limits:
        """The bounds in force."""
        if self._limits is None:
            self._limits = inbox_limits.load(os.path.dirname(os.path.dirname(self.root)))
        return self._limits

    def append_event(self, row: dict[str, Any]) -> int:
        """Durably add one event (an `Event` as JSON; `seq` and `v` are filled in) and return its seq.

        ValueError for a row that is no event; OSError where it cannot be written.
        """
        seq = self.next_seq()
        while True:
            row = {**row, "v": VERSION, "seq": seq}
            Event.from_json(row)
            if files.create(self.tmp, self.event_path(seq), _dump(row)):
                self._appended = seq
                return seq
            self._appended = 0
            seq = max(seq + 1, self.next_seq())

    def append_once(self, key: str, rows: list[dict[str, Any]]) -> list[int]:
        """Add the events of one tool use, or nothing if they are already there. Returns the new seqs.

        Safe when the same report is delivered twice at once, and when the first delivery was killed
        halfway: then only the missing events are added.
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

    def events(self) -> list[Event | Problem]:
        """Every event in order; one that cannot be read stands as a Problem in its place."""
        return list(self._read_all("events"))

    def seqs(self) -> list[int]:
        """The seq of every live event, readable or not, ascending."""
        return sorted(int(name[:-5]) for name in self._event_names("events"))

    def archived(self) -> list[Event | Problem]:
        """Every retired event in order, as `events`."""
        return list(self._read_all("archive"))

    def last_event(self, path: str) -> Event | None:
        """The newest event on a path that can be read."""
        for name in reversed(self._event_names("events")):
            entry = self._read_event("events", name)
            if isinstance(entry, Event) and entry.path == path:
                return entry
        return None

    def spent(self, seq: int) -> Spent:
        """What is marked for an event; empty texts if nothing is. A damaged mark reads as nothing spent."""
        for path in (self._spent_path(seq), self.archived_spent_path(seq)):
            try:
                row = loads(files.read(path) or b"null")
            except (OSError, ValueError):
                continue
            if isinstance(row, dict):
                lines, dropped = (str(row.get(key) or "") for key in ("lines", "dropped"))
                trace, name = (
                    row[key] if isinstance(row.get(key), str) else None for key in ("trace", "path")
                )
                return Spent(lines, dropped, trace, name)
        return Spent("", "")

    def mark_spent(
        self,
        seq: int,
        lines: str,
        dropped: str,
        trace: str | None = None,
        *,
        path: str | None = None,
        durable: bool = True,
    ) -> None:
        """Replace an event's marks (range texts; unite with `spent` first to add to them).

        An event that retires at once needs no `durable` mark: out of the live ones it claims nothing.
        """
        row = {"v": VERSION, "lines": str(lines), "dropped": str(dropped), "trace": trace}
        row |= {} if path is None else {"path": path}
        files.replace(self.tmp, self._spent_path(seq), _dump(row), durable=durable)

    def retire(self, seqs: Iterable[int]) -> None:
        """Move events to the archive. Safe to repeat; events that are gone are skipped."""
        targets = sorted(set(seqs))
        if not targets:
            return
        self.reserve_seq(targets[-1])
        files.make_dir(os.path.join(self.root, "archive"))
        for seq in targets:
            try:
                os.utime(self.event_path(seq))  # the archive counts its 30 days from here
                os.rename(self.event_path(seq), self.archived_path(seq))
            except FileNotFoundError:
                pass
            try:
                os.rename(self._spent_path(seq), self.archived_spent_path(seq))
            except FileNotFoundError:
                pass

    def put_blob(self, data: bytes) -> ContentRef:
        """Keep file content; large (over `limits.file_bytes`) and binary content is named by digest only."""
        return self.blobs.put(data, self.limits.file_bytes)

    def put_text(self, text: str) -> ContentRef:
        """Keep a prompt, an output or a tool input."""
        return self.blobs.put_text(utf8(text))

    def get_blob(self, ref: ContentRef) -> bytes:
        """Bytes of a reference. Damaged if they are missing, altered or were never stored."""
        return self.blobs.get(ref)

    def mark_used(self, key: str, turn: str, generation: str) -> None:
        """Note the newest generation that a commit froze for a turn: the parent of a continuation."""
        self.sessions.mark_used(key, turn, generation)

    def turn(self, key: str, turn: str) -> Turn | Problem | None:
        """All that hooks told of one turn, or a Problem if its file cannot be read, or None."""
        return self.sessions.read(key, turn)

    def log_problem(self, text: str, at: str) -> None:
        """Add one line to the log. OSError where it cannot be written."""
        path = os.path.join(self.root, "log")
        files.make_dir(self.root)
        if (files.size(path) or 0) > LOG_LIMIT:
            os.replace(path, path + ".1")
        files.append(path, f"{at} {one_line(text)}\n".encode("ascii", "backslashreplace"))

    def problems(self) -> list[Problem]:
        """The log, oldest first."""
        rows: list[Problem] = []
        for name in ("log.1", "log"):
            data = files.read(os.path.join(self.root, name)) or b""
            for line in data.decode("utf-8", "replace").splitlines():
                at, _, text = line.partition(" ")
                rows.append(Problem("capture", text, at=at))
        return rows

    def exists(self) -> bool:
        """Whether anything was ever written here. OSError where that cannot be seen."""
        try:
            return stat.S_ISDIR(os.stat(self.root).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def next_seq(self) -> int:
        """A seq above every event's, live or retired. Another process may take it first."""
        # Names first, hint second: whoever removes an event raises the hint before that.
        if self._appended:
            # The directory is listed once for all events of a delivery: an event that another process added since
            # either has the name that is asked for next, or was removed and has raised the hint.
            return max(self._appended, self._hint() or 0) + 1
        last = _last(self._event_names("events"))
        hint = self._hint()
        if hint is None:
            hint = _last(self._event_names("archive"))
        return max(last, hint) + 1

    def reserve_seq(self, seq: int) -> None:
        """Make sure no later event gets a seq up to this one, also when these events are gone."""
        if seq > (self._hint() or 0):
            last = max(seq, _last(self._event_names("archive")))
            files.replace(self.tmp, os.path.join(self.root, "last-seq"), b"%d\n" % last)

    def event_path(self, seq: int) -> str:
        """File of a live event."""
        return os.path.join(self.root, "events", f"{seq:010d}.json")

    def archived_path(self, seq: int) -> str:
        """File of a retired event."""
        return os.path.join(self.root, "archive", f"{seq:010d}.json")

    def _spent_path(self, seq: int) -> str:
        return os.path.join(self.root, "spent", f"{seq:010d}.json")

    def archived_spent_path(self, seq: int) -> str:
        """File of a retired event's marks."""
        return os.path.join(self.root, "archive", f"{seq:010d}.spent")

    def _hint(self) -> int | None:
        try:
            return int(files.read(os.path.join(self.root, "last-seq"), 32) or b"")
        except (OSError, ValueError):
            return None

    def _event_names(self, room: str) -> list[str]:
        return [name for name in files.names(os.path.join(self.root, room)) if _seq(name) is not None]

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
        """Whether this tool use already has an event of this type."""
        identity = (row.get("tool_use_id"), row["type"], row["path"], row.get("key"))
        return any(
            (event.tool_use_id, event.type, event.path, event.key) == identity
            for event in self.events() + self.archived()
            if isinstance(event, Event)
        )


def utf8(text: str) -> bytes:
    """Text as UTF-8. Surrogate pairs are joined, lone surrogates become U+FFFD, as agents write them."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def one_line(text: str) -> str:
    """Text cut to 500 characters with everything unprintable escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:500])


def _dump(row: dict[str, Any]) -> bytes:
    """Sorted compact JSON. ASCII escapes carry paths that are not UTF-8."""
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _seq(name: str) -> int | None:
    stem = name[:-5] if name.endswith(".json") else ""
    return int(stem) if stem.isascii() and stem.isdigit() else None


def _last(event_names: list[str]) -> int:
    return max((int(name[:-5]) for name in event_names), default=0)
