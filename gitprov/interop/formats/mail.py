"""Mails of `git format-patch --notes=gitprov`: the note of a commit between the message and the patch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from email import message_from_bytes
from email.message import Message
from email.utils import mktime_tz, parseaddr, parsedate_tz
from typing import NamedTuple

from gitprov.model.exchange.exchange import ForeignLines, ForeignNote, ImportedMaker, last_holds
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import HumanRow, TraceRow
from gitprov.model.ranges import LineSet

_START = re.compile(rb"^From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001$", re.MULTILINE)
"""The line that git puts before each mail; the date is always this one."""
SEPARATOR = b"From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
_FROM = re.compile(rb"\s*From: ([^\n]*)\n")
_HEAD = re.compile(rb"^---[ \t]*\n(?:[ \t]*\n)*Notes \(gitprov\):\n", re.MULTILINE)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_INDENT = b"    "

AddedLines = Sequence[tuple[int, bytes]]
"""The lines that a patch adds to a file: number in the file, and content without the end of the line."""


class PatchMail(NamedTuple):
    """A mail with a patch. `author` is the address of the commit's author, `at` the moment of authorship in
    seconds since 1970; each is None where the mail lacks it. `added`: path → lines.
    """

    author: str | None
    at: int | None
    note: Note
    added: Mapping[str, AddedLines]


def mails(data: bytes) -> Iterator[PatchMail]:
    """The mails of a mailbox that have a note, or the only one of a file. Never raises."""
    starts = [match.start() for match in _START.finditer(data)]
    for start, end in zip(starts or [0], [*starts[1:], len(data)], strict=True):
        message = message_from_bytes(data[start:end])
        body = _body(message).replace(b"\r\n", b"\n")
        match = _HEAD.search(body)
        if match is not None:
            sender = _FROM.match(body)
            name = sender[1].decode("utf-8", "replace") if sender else str(message.get("From", ""))
            rest = body[match.end() :]
            note = Note.parse(b"".join(_indented(rest)))
            yield PatchMail(parseaddr(name)[1] or None, _moment(message), note, _added(rest))


def read(mail: PatchMail, added: Callable[[str], AddedLines]) -> ForeignNote:
    """The claims of a mail's note for a commit that was made of it. `added`: path → the lines that the commit
    adds. A file in which these are not the lines of the mail's patch is a problem, and gets no claims.
    """
    numbers: dict[str, dict[int, int]] = {}
    problems: list[str] = []
    for path in mail.note.paths():
        applied, patch = added(path), mail.added.get(path, ())
        if [text for _, text in applied] == [text for _, text in patch]:
            numbers[path] = {old: new for (old, _), (new, _) in zip(patch, applied, strict=True)}
        else:
            problems.append(f"the lines of {path} are not those of the mail")
    claims = [
        ForeignLines(path, cls, LineSet(filter(None, map(moved.get, lines & LineSet(moved)))), maker)
        for maker, row in _rows(mail.note)
        for path, moved in numbers.items()
        for cls, lines in row.classes(path).items()
    ]
    return ForeignNote(last_holds(claims), tuple(problems))


def _rows(note: Note) -> Iterator[tuple[ImportedMaker, TraceRow | HumanRow]]:
    for row in note.of(HumanRow).values():
        yield ImportedMaker(row.id, at=row.at, human=row.author), row
    for trace in note.traces.values():
        who = trace.agent, trace.model, trace.session, trace.at, trace.human
        yield ImportedMaker(trace.id, *who, trace.id), trace


def _body(message: Message) -> bytes:
    """The decoded text of a mail; of attachments, one after the other."""
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return b"\n".join(part for part in parts if isinstance(part, bytes))


def _moment(message: Message) -> int | None:
    parts = parsedate_tz(str(message.get("Date", "")))
    try:
        return None if parts is None else mktime_tz(parts)
    except (ValueError, OverflowError):
        return None


def _indented(text: bytes) -> Iterator[bytes]:
    """The lines of the note, without their indentation."""
    for line in text.split(b"\n"):
        if not line.startswith(_INDENT):
            return
        yield line.removeprefix(_INDENT) + b"\n"


def _added(text: bytes) -> dict[str, AddedLines]:
    """Path → the lines that the patch adds."""
    files: dict[str, list[tuple[int, bytes]]] = {}
    lines = text.split(b"\n")
    rows: list[tuple[int, bytes]] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        match = _HUNK.match(line)
        if line.startswith(b"+++ "):
            rows = files.setdefault(_path(line[4:]), [])
        elif match is not None:
            at += _hunk(lines[at:], match, rows)
    return dict(files)


def _hunk(lines: Sequence[bytes], head: re.Match[bytes], rows: list[tuple[int, bytes]]) -> int:
    """Add what a hunk adds to `rows`; returns how many lines the hunk has."""
    old, number, new = int(head[1] or 1), int(head[2]), int(head[3] or 1)
    for count, line in enumerate(lines):
        sign = line[:1]
        if (old <= 0 and new <= 0) or sign not in b" +-\\":
            return count
        old -= sign in (b" ", b"-", b"")
        if sign == b"+":
            rows.append((number, line[1:].rstrip(b"\r")))
        if sign in (b" ", b"+", b""):
            number, new = number + 1, new - 1
    return len(lines)


def _path(name: bytes) -> str:
    """The path of a header `+++ `, without git's quotes and prefix."""
    name = name.rstrip(b"\t\r")
    if name.startswith(b'"') and name.endswith(b'"'):
        name = _ESCAPE.sub(_plain, name[1:-1])
    return name.removeprefix(b"b/").decode("utf-8", "surrogateescape")


def _plain(match: re.Match[bytes]) -> bytes:
    """The byte that an escape stands for."""
    escape = match[1]
    return bytes([int(escape, 8) & 255]) if len(escape) == 3 else _NAMED.get(escape, escape)
