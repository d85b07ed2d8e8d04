"""Reads transcripts from where the last sweep stopped, in parts of bounded size."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.agents.transcripts import readers
from gitprov.agents.transcripts.values import RecordedPrompt, SessionStart, TranscriptPart, end_of_rows
from gitprov.flow.capture.sweep.places import AMP, OPENCODE, TranscriptFile, size_of
from gitprov.model.canonical import sha256_hex
from gitprov.store import files
from gitprov.store.inbox.sweeps import Cursor

PART = 16 << 20
"""Bytes of a transcript that are read at once; a longer row is skipped."""
HEAD = 1 << 16
"""Bytes at the start of a transcript that its reader gets with each part."""
_LONGEST = 64 << 20
"""Bytes of the largest document that is read."""
_DIGESTED = 1 << 10
"""Bytes at the start of a transcript by which it is recognized."""

LONG_ROW = "rows that are too long"
UNKNOWN_FORM = "parts of a transcript in a form that is not known"


class ReadPart(NamedTuple):
    """A part that was read, and the cursor after it.

    `rows` are its bytes, the first at byte `start`; the last row may be cut, and readers leave it out.
    """

    reading: TranscriptPart
    cursor: Cursor
    rows: bytes = b""
    start: int = 0


def parts(
    file: TranscriptFile, cursor: Cursor | None, is_here: Callable[[str], bool], worktree: str | None = None
) -> Iterator[ReadPart]:
    """The parts of a transcript after `cursor`, or all of it if it is not the same file any more.

    `is_here` tells whether a session's directory is of interest, `worktree` is the one that is swept.
    OSError where the transcript cannot be read.
    """
    status = os.stat(file.path)
    if file.agent == OPENCODE:
        yield from _sessions(file, cursor, status, is_here)
        return
    if file.agent == AMP:
        yield _document(file, status)
        return
    head = files.read_range(file.path, 0, HEAD) or b""
    offset = cursor.offset if cursor is not None and _continues(cursor, status, head) else 0
    prompt: RecordedPrompt | None = None
    while True:
        data = files.read_range(file.path, offset, PART) or b""
        size = end_of_rows(data, 0)
        is_last = len(data) < PART
        if size:
            start = SessionStart(head, file.session, prompt, file.subagent, worktree)
            reading = _read(file, data, offset, start)
        else:
            reading = TranscriptPart((), {}, offset, prompt=prompt)
            if not is_last:
                reading = reading._replace(skipped=(LONG_ROW,))
        prompt = reading.prompt
        # The newest turn is read again: the session may go on with it.
        resume = reading.resume if prompt is None else prompt.offset
        yield ReadPart(reading, _cursor(status, head, resume), data, offset)
        if is_last:
            return
        offset = reading.resume if reading.resume > offset else offset + (size or _rest(file, offset))


def _read(file: TranscriptFile, rows: bytes, offset: int, start: SessionStart) -> TranscriptPart:
    """The reading of a part; one without edits where the format has become another one."""
    try:
        return readers.read(file.agent, rows, offset, start)
    except Exception:  # noqa: BLE001 - what others write must not stop a commit
        return TranscriptPart((), {}, end_of_rows(rows, offset), skipped=(UNKNOWN_FORM,), prompt=start.prompt)


def _document(file: TranscriptFile, status: os.stat_result) -> ReadPart:
    """The reading of a transcript that is one document."""
    data = files.read_range(file.path, 0, _LONGEST + 1) or b""
    if len(data) > _LONGEST:
        reading = TranscriptPart((), {}, 0, skipped=(LONG_ROW,))
    else:
        reading = _read(file, data, 0, SessionStart(name=file.session))
    return ReadPart(reading, Cursor(status.st_ino, size_of(file, status), 0, 0, ""), data)


def _sessions(
    file: TranscriptFile, cursor: Cursor | None, status: os.stat_result, is_here: Callable[[str], bool]
) -> Iterator[ReadPart]:
    """A part for each session in a database that changed since the cursor was stored."""
    from gitprov.store.index import opencode

    now = Cursor(status.st_ino, size_of(file, status), 0, 0, "")
    since = cursor.offset if cursor is not None and cursor.inode == status.st_ino else 0
    yield ReadPart(TranscriptPart((), {}, 0), now._replace(offset=since))
    for session in opencode.sessions(file.path, since, is_here):
        part = _read(file, session.rows, 0, SessionStart(name=session.id))
        yield ReadPart(part, now._replace(offset=session.updated))


def _rest(file: TranscriptFile, offset: int) -> int:
    """The length of the row at `offset`, which is longer than a part."""
    length = 0
    while data := files.read_range(file.path, offset + length, PART):
        end = data.find(b"\n")
        if end >= 0:
            return length + end + 1
        length += len(data)
    return length


def _continues(cursor: Cursor, status: os.stat_result, head: bytes) -> bool:
    """Whether a file is the one of the cursor, and has grown at most."""
    return (
        cursor.inode == status.st_ino
        and cursor.offset <= status.st_size
        and sha256_hex(head[: cursor.head_size]) == cursor.head
    )


def _cursor(status: os.stat_result, head: bytes, offset: int) -> Cursor:
    size = min(len(head), _DIGESTED)
    return Cursor(status.st_ino, status.st_size, offset, size, sha256_hex(head[:size]))
