"""Passes bytes between an editor and its agent, and hands complete lines to a recorder beside the stream."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.store.files import write_all

_CHUNK = 1 << 16
_LONGEST_LINE = 64 << 20
_MOST_WAITING = 64 << 20
"""Bytes of lines that wait for the recorder; more are passed on without being recorded."""


class RelayedLine(NamedTuple):
    """One complete line, without its line end, and where it came from."""

    text: bytes
    from_agent: bool


class Backlog:
    """Lines that wait to be recorded, up to a number of bytes; adding never waits."""

    def __init__(self) -> None:
        self._lines: deque[RelayedLine] = deque()
        self._ready = threading.Condition()
        self._size = 0
        self._ended = False
        self.dropped = 0

    def add(self, line: RelayedLine) -> None:
        """Add a line, or count it as dropped where too many bytes wait."""
        with self._ready:
            if self._size + len(line.text) > _MOST_WAITING:
                self.dropped += len(line.text)
                return
            self._lines.append(line)
            self._size += len(line.text)
            self._ready.notify()

    def end(self) -> None:
        """No more lines will come."""
        with self._ready:
            self._ended = True
            self._ready.notify()

    def __iter__(self) -> Iterator[RelayedLine]:
        """The lines in order, until the end; waits for them."""
        while True:
            with self._ready:
                while not self._lines and not self._ended:
                    self._ready.wait()
                if not self._lines:
                    return
                line = self._lines.popleft()
                self._size -= len(line.text)
            yield line


class _Lines:
    """Cuts a stream into lines; a line that is too long is left out."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that a further piece of the stream completes."""
        *ends, rest = chunk.split(b"\n")
        lines = []
        for end in ends:
            self._append(end)
            if self._pieces:
                lines.append(b"".join(self._pieces))
            self._pieces, self._length = [], 0
        self._append(rest)
        return lines

    def _append(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length > _LONGEST_LINE:
            self._pieces = []
        elif piece:
            self._pieces.append(piece)


def start_pump(
    source: int, target: int, backlog: Backlog, look: Callable[[bytes], None] | None
) -> threading.Thread:
    """A thread that passes all bytes of a descriptor to another as they come, then closes both.

    `look`: called with each line of the agent before its end is passed on; the editor's lines have none.
    """
    thread = threading.Thread(target=_pump, args=(source, target, backlog, look), daemon=True)
    thread.start()
    return thread


def _pump(source: int, target: int, backlog: Backlog, look: Callable[[bytes], None] | None) -> None:
    lines = _Lines()
    try:
        while chunk := os.read(source, _CHUNK):
            complete = lines.feed(chunk)
            if look is not None:
                for line in complete:
                    look(line)
            # Before the bytes, so that no answer to a request is queued before the request.
            for line in complete:
                backlog.add(RelayedLine(line, look is not None))
            write_all(target, chunk)
    except OSError:
        pass  # the reader or the writer is gone: closing both ends shows that to the other side
    finally:
        os.close(target)
        os.close(source)
