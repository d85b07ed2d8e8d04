"""The waiting list: which paths and lines the live events of an inbox may concern, for hooks in sh.

The file `waiting` has rows as `git diff -U0` prints them, so that `grep` and `awk` can compare it with what
is staged (ADR 30). After a first line, each event has a block: an empty line, `= <seq> <session key> <turn>`,
a row `diff --git a/<path> b/<path>` for each name of its file, and `+<line>` for each telling line that it
may have added, without line end. A row `*` means that the event may concern any commit.

The list always contains the rows of every live event, and may contain more: rows are on disk before their
event is. Without the file, hooks start Python if there are events.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator

from gitprov.errors import Damaged
from gitprov.model.event import ContentRef, Event, Problem
from gitprov.model.lines import introduced
from gitprov.model.named import NamedTuple
from gitprov.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Protocol

    class EventMarks(Protocol):
        """What commits took of an event."""

        @property
        def path(self) -> str | None:
            """The file's later name in a commit."""

    class EventStore(Protocol):
        """What the list needs of an inbox, which imports this file."""

        root: str
        tmp: str

        def seqs(self) -> list[int]:
            """The seq of every live event."""

        def event(self, seq: int) -> Event | Problem | None:
            """A live event."""

        def spent(self, seq: int) -> EventMarks:
            """The marks of an event."""

        def get_blob(self, ref: ContentRef) -> bytes:
            """The bytes of a reference."""


HEADER = b"gitprov waiting 1\n"
"""The first line. The shim prints it for a comparison that must not count as "nothing in common"."""

LARGE = 1 << 18
"""Bytes above which the list has a file `waiting-large` beside it: the shim then starts with `grep`."""

_ANY = b"*\n"
_START = b"\n= "
#: Bytes of a block, and of the list, above which an event gets the row `*` in place of its lines.
_MOST_LINES, _MOST = 4 << 20, 64 << 20
#: Bytes up to which the list is rewritten at every retirement; a larger one when half of it is superfluous.
_SMALL = 1 << 20
#: Bytes at the end of the list that are searched for the event before on the same path.
_REACH = 4 << 20
#: Seconds to wait for a process that rewrites the list.
_WAIT = 2.0


class WaitingBlock(NamedTuple):
    """What one event may concern. `lines` have no line ends; with `any` they are not complete."""

    paths: frozenset[str]
    lines: frozenset[bytes]
    any: bool


class Appender:
    """Adds rows. While it is open no other process removes rows, so it is closed after the event is created.

    Where rows cannot be written, the whole list is removed: without a list nothing is overlooked.
    """

    def __init__(self, inbox: "EventStore") -> None:
        self._inbox = inbox
        self._handle = -1

    def __enter__(self) -> "Appender":  # noqa: PYI034 - Self needs Python 3.11
        try:
            while self._handle < 0:
                self._handle = _open(self._inbox, os.O_CREAT | os.O_APPEND)
                files.lock(self._handle, shared=True, wait=_WAIT)
                if not _is_current(self._handle, self._inbox):  # rewritten while this process waited
                    self.close()
        except OSError:
            files.remove(place(self._inbox))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let other processes rewrite the list."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def add(self, event: Event) -> None:
        """Durably add the rows of an event that is about to be created."""
        if self._handle < 0:
            return
        previous = _previous(self._inbox, event.path) if event.before is not None else None
        self._write(_block(event, [event.path], _lines(self._inbox, event, previous)))

    def add_path(self, seq: int, path: str) -> None:
        """Durably add a name that an event's file has in a commit."""
        if self._handle >= 0:
            self._write(b"%s%d - -\n%s" % (_START, seq, _path_row(path)))

    def _write(self, rows: bytes) -> None:
        size = os.fstat(self._handle).st_size
        if not size:
            rows = HEADER + (_ANY if self._inbox.seqs() else b"") + rows
        try:
            if size > _MOST:
                rows = rows[: rows.find(b"\n+") + 1] + _ANY
            if os.write(self._handle, rows) < len(rows):
                raise OSError("the disk is full")
            os.fsync(self._handle)
        except OSError:
            files.remove(place(self._inbox))
        if size + len(rows) > LARGE:
            _flag(self._inbox, size + len(rows))


def place(inbox: "EventStore") -> str:
    """The path of the list."""
    return os.path.join(inbox.root, "waiting")


class WaitingList:
    """The list as it is at one moment, read once.

    It may have many thousand blocks: rows are searched in the whole list, and few blocks are taken apart.

    `seqs`: the seq of every block. What a killed process wrote only in part is left out or has fewer rows.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        # A head without an end is followed by the next head: a process was killed while it wrote.
        heads = re.finditer(rb"\n= (?:([0-9]+) ([^\n]*)\n(?!= ))?", data)
        self._heads = [(head.start(), int(head[1] or -1), head[2]) for head in heads]
        self.seqs = {seq for _, seq, _ in self._heads if seq >= 0}

    @classmethod
    def read(cls, inbox: "EventStore") -> "WaitingList":
        """The list of an inbox; without blocks where there is none."""
        return cls(_content_of(inbox))

    def hits(self, paths: Iterable[str], lines: Iterable[bytes]) -> set[int]:
        """The events with one of these paths or lines, or with the row `*`."""
        rows = {_ANY[:-1], *(_path_row(path)[:-1] for path in paths), *(b"+" + line for line in lines)}
        return {seq for seq, part in self._parts() if seq >= 0 and not rows.isdisjoint(part.split(b"\n"))}

    def parts(self, seqs: Collection[int]) -> Iterator[tuple[int, bytes]]:
        """(seq, bytes) of each block of these seqs, in the order of the list."""
        return ((seq, part) for seq, part in self._parts() if seq in seqs)

    def _parts(self) -> Iterator[tuple[int, bytes]]:
        """(seq, bytes) of every block in the order of the list; -1 where a head is incomplete."""
        ends = [*(start for start, _, _ in self._heads[1:]), len(self._data)]
        for (start, seq, _), end in zip(self._heads, ends, strict=False):
            yield seq, self._data[start:end]

    def blocks(self, seqs: Collection[int]) -> dict[int, WaitingBlock]:
        """Seq → block, for those of the seqs that the list has."""
        parts: dict[int, list[bytes]] = {}
        for seq, part in self.parts(seqs):
            parts.setdefault(seq, []).append(part)
        return {seq: _read(rows) for seq, rows in parts.items()}

    def with_turns(self, seqs: set[int]) -> set[int]:
        """The seqs, and those of all events of the same turns."""
        turns = {head for _, seq, head in self._heads if seq in seqs and b"-" not in head.split(b" ")}
        return seqs | {seq for _, seq, head in self._heads if head in turns}


def blocks(inbox: "EventStore", events: Iterable[Event]) -> dict[int, WaitingBlock]:
    """Seq → block, for the events given. Events that are not in the list get a block from their contents."""
    events = list(events)
    listed = WaitingList.read(inbox).blocks({event.seq for event in events})
    last: dict[str, Event] = {}
    result: dict[int, WaitingBlock] = {}
    for event in events:
        block = listed.get(event.seq)
        if block is None:
            lines = _lines(inbox, event, last.get(event.path))
            block = _read([_block(event, [event.path], lines)])
        result[event.seq] = block
        last[event.path] = event
    return result


def paths_of(inbox: "EventStore", seq: int) -> frozenset[str] | None:
    """The names of an event's file by the list, even if the event cannot be read; None if not known."""
    block = WaitingList.read(inbox).blocks({seq}).get(seq)
    return block.paths if block is not None and block.paths and not block.any else None


def settle(inbox: "EventStore", *, thorough: bool = False) -> None:
    """Remove the rows of events that are no longer live, and add those that are missing.

    Superfluous rows only cost time: unless `thorough`, they stay while another process writes to the list,
    and in a large list while they are few. OSError where the list cannot be written.
    """
    if not (os.path.exists(place(inbox)) or inbox.seqs()):
        return
    handle = _open(inbox, os.O_CREAT)
    try:
        if files.lock(handle, wait=_WAIT if thorough else 0.0) and _is_current(handle, inbox):
            _rewrite(inbox, set(inbox.seqs()), 0 if thorough else _SMALL)
    finally:
        os.close(handle)


def ensure(inbox: "EventStore") -> None:
    """Write the list if there is none, or if it was begun beside events that are not in it."""
    start = files.read(place(inbox), len(HEADER + _ANY)) or b""
    if not start.startswith(HEADER) or start.endswith(_ANY):
        settle(inbox)


def _rewrite(inbox: "EventStore", seqs: set[int], small: int) -> None:
    """Replace the list by one for the live events `seqs`; the caller has locked it.

    A list of more than `small` bytes, if not 0, stays if nothing is missing and less than half superfluous.
    """
    if not seqs:
        files.remove(place(inbox))
        _flag(inbox, 0)
        return
    data = files.read(place(inbox)) or b""
    kept = list(WaitingList(data).parts(seqs))
    rows = HEADER + b"".join(part for _, part in kept)
    missing = seqs - {seq for seq, _ in kept}
    superfluous = len(data) - len(rows)
    if not missing and (data == rows or (0 < small < len(data) and superfluous < len(rows))):
        return
    rows += b"".join(_made(inbox, missing, seqs)) if missing else b""
    files.replace(inbox.tmp, place(inbox), rows)
    _flag(inbox, len(rows))


def _made(inbox: "EventStore", missing: set[int], seqs: set[int]) -> Iterator[bytes]:
    """The blocks of the `missing` of the live events `seqs`; `*` for those that cannot be read."""
    last: dict[str, Event] = {}
    for seq in sorted(seqs):
        event = inbox.event(seq)
        if isinstance(event, Event):
            if seq in missing:
                name = inbox.spent(event.seq).path
                paths = [event.path] if name is None else [event.path, name]
                yield _block(event, paths, _lines(inbox, event, last.get(event.path)))
            last[event.path] = event
        elif seq in missing:
            yield b"%s%d - -\n%s" % (_START, seq, _ANY)


def _lines(inbox: "EventStore", event: Event, previous: Event | None) -> set[bytes] | None:
    """The telling lines that came into the file with an event or since the one before; None if not known.

    A person or a formatter may have changed the file between two events.
    """
    if event.after is None or not event.after.stored:
        return set()
    try:
        before, after = _content(inbox, event.before), _content(inbox, event.after)
        lines = introduced(before, after)
        if previous is not None and previous.after != event.before:
            lines |= introduced(_content(inbox, previous.after), before)
    except Damaged:
        return None
    return lines


def _content(inbox: "EventStore", ref: ContentRef | None) -> bytes:
    return inbox.get_blob(ref) if ref is not None and ref.stored else b""


def _block(event: Event, paths: Iterable[str], lines: set[bytes] | None) -> bytes:
    key, turn = (_word(text) for text in (event.key, event.turn))
    rows = b"%s%d %s %s\n" % (_START, event.seq, key, turn) + b"".join(map(_path_row, paths))
    added = None if lines is None else b"".join(b"+%s\n" % line for line in sorted(lines))
    # Some implementations of awk end a line at NUL.
    return rows + (_ANY if added is None or len(added) > _MOST_LINES or b"\0" in added else added)


def _word(text: str | None) -> bytes:
    """A session key or turn as one word of a row; `-` for none."""
    return text.encode("ascii") if text and text.isascii() and text.isalnum() else b"-"


def _path_row(path: str) -> bytes:
    """The row of a path; `*` where git would quote it."""
    name = path.encode("utf-8", "surrogateescape")
    if any(byte < 32 or byte in b'"\\\x7f' for byte in name):
        return _ANY
    return b"diff --git a/%s b/%s\n" % (name, name)


def _content_of(inbox: "EventStore") -> bytes:
    return files.read(place(inbox)) or b""


def _read(parts: Iterable[bytes]) -> WaitingBlock:
    rows = [row for part in parts for row in part.split(b"\n")]
    pairs = (row[len(b"diff --git a/") :] for row in rows if row.startswith(b"diff --git a/"))
    names = (pair[: (len(pair) - len(b" b/")) // 2] for pair in pairs)
    paths = frozenset(name.decode("utf-8", "surrogateescape") for name in names)
    lines = frozenset(row[1:] for row in rows if row.startswith(b"+"))
    return WaitingBlock(paths, lines, b"*" in rows)


def _previous(inbox: "EventStore", path: str) -> Event | None:
    """The last live event on a path, by the end of the list."""
    size = files.size(place(inbox)) or 0
    data = files.read_range(place(inbox), max(0, size - _REACH), None) or b""
    at = data.rfind(b"\n" + _path_row(path))
    start = data.rfind(_START, 0, at) if at >= 0 else -1
    word = data[start + len(_START) : at].partition(b" ")[0] if start >= 0 else b""
    event = inbox.event(int(word)) if word.isdigit() else None
    return event if isinstance(event, Event) and event.path == path else None


def _open(inbox: "EventStore", flags: int) -> int:
    flags |= os.O_RDWR | os.O_CLOEXEC
    try:
        return os.open(place(inbox), flags, files.PRIVATE_FILE)
    except FileNotFoundError:
        files.make_dir(inbox.root)
        return os.open(place(inbox), flags, files.PRIVATE_FILE)


def _is_current(handle: int, inbox: "EventStore") -> bool:
    """Whether an open file is still the list."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(place(inbox)))
    except FileNotFoundError:
        return False


def _flag(inbox: "EventStore", size: int) -> None:
    path = place(inbox) + "-large"
    if size <= LARGE:
        files.remove(path)
    elif not os.path.exists(path):
        files.append(path, b"")
