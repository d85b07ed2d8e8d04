"""The patch format of `apply_patch`: several files in one text, with context instead of line numbers.

Checked against Codex CLI 0.171.0, Copilot CLI 1.0.102 and OpenCode 1.18.33, which all take this format.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gitprov.agents.payloads import edits

BEGIN, END = "*** Begin Patch", "*** End Patch"
_FILES = {"*** Add File: ": "add", "*** Update File: ": "update", "*** Delete File: ": "delete"}
_MOVE, _EOF = "*** Move to: ", "*** End of File"


class Chunk(NamedTuple):
    """A replaced stretch of lines without line ends. `header`: a line above it, empty where none is named.

    `rows` are signed lines: ` ` for context, `-` for a removed and `+` for an added line.
    """

    header: str
    rows: tuple[str, ...]


class FilePatch(NamedTuple):
    """The patch of one file: `action` is `add`, `update` or `delete`; `target` is the new path of a move."""

    action: str
    path: str
    target: str | None
    chunks: tuple[Chunk, ...]


def parse(text: str) -> list[FilePatch]:
    """The patches in a text: from every `*** Begin Patch` line to the next `*** End Patch` line, or the end.

    Text around them, such as a shell command with a heredoc, is skipped.
    """
    patches: list[FilePatch] = []
    inside = False
    for line in text.split("\n"):
        row = line.removesuffix("\r")
        if row.strip() in (BEGIN, END):
            inside = row.strip() == BEGIN
        elif inside:
            _read(patches, row)
    return patches


def _read(patches: list[FilePatch], row: str) -> None:
    """Add one line to the patches."""
    action = next((name for start, name in _FILES.items() if row.startswith(start)), None)
    if action is not None:
        first = () if action != "add" else (Chunk("", ()),)
        patches.append(FilePatch(action, row.partition(": ")[2].strip(), None, first))
    elif not patches:
        return
    elif row.startswith(_MOVE):
        patches[-1] = patches[-1]._replace(target=row[len(_MOVE) :].strip())
    elif row.startswith("@@"):
        chunk = Chunk(row[2:].strip().removesuffix("@@").strip(), ())
        patches[-1] = patches[-1]._replace(chunks=(*patches[-1].chunks, chunk))
    elif row != _EOF and patches[-1].action != "delete":
        *chunks, last = patches[-1].chunks or (Chunk("", ()),)
        last = last._replace(rows=(*last.rows, row if row[:1] in ("+", "-", " ") else " " + row))
        patches[-1] = patches[-1]._replace(chunks=(*chunks, last))


def added_text(patch: FilePatch) -> str:
    """The content of a file that the patch adds; it ends with a line end unless it is empty."""
    return "".join(row[1:] + "\n" for chunk in patch.chunks for row in chunk.rows if row[:1] == "+")


def apply(before: bytes | None, chunks: tuple[Chunk, ...]) -> bytes | None:
    """The content after an update, or None where a chunk's lines are not in the file.

    Lines are compared exactly, then without white space at their ends, then without white space around them,
    as the agents do. Context lines stay as the file has them; new lines get the file's line ends.
    """
    if before is None:
        return None
    text = edits.decode(before)
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    place = 0
    crlf = text.count("\r\n") * 2 > text.count("\n")
    for chunk in chunks:
        place = _apply_chunk(lines, chunk, place, "\r" if crlf else "")
        if place < 0:
            return None
    return edits.encode("".join(line + "\n" for line in lines))


def _apply_chunk(lines: list[str], chunk: Chunk, start: int, ending: str) -> int:
    """Replace the chunk's lines in `lines`; returns the index after them, -1 where they are not there."""
    if chunk.header:
        at = _seek(lines, [chunk.header], start)
        start = at + 1 if at >= 0 else start
    old = [row[1:] for row in chunk.rows if row[:1] in (" ", "-")]
    at = _seek(lines, old, start) if old else (start if chunk.header else len(lines))
    while at < 0 and old and not old[-1].strip() and len(old) > 1:
        old.pop()  # an empty line at the end of a chunk is often only the end of the text
        at = _seek(lines, old, start)
    if at < 0:
        return -1
    new: list[str] = []
    place = at
    for row in chunk.rows:
        if row[:1] == "+":
            new.append(row[1:] + ending)
        elif place < at + len(old):
            if row[:1] == " ":
                new.append(lines[place])
            place += 1
    lines[at : at + len(old)] = new
    return at + len(new)


def _seek(lines: list[str], rows: list[str], start: int) -> int:
    """The index from `start` on at which the rows stand in the lines, else before it; -1 where nowhere."""
    ways: tuple[Callable[[str], str], ...] = (lambda line: line.removesuffix("\r"), str.rstrip, str.strip)
    for plain in ways:
        needle, stack = [plain(row) for row in rows], [plain(line) for line in lines]
        places: list[int] = [*range(start, len(stack) - len(needle) + 1), *range(min(start, len(stack)))]
        for at in places:
            if stack[at : at + len(needle)] == needle:
                return at
    return -1
