"""The contents of one file before and after an agent's edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gitprov.agents.payloads import edits, patch, report
from gitprov.agents.payloads.patch import Chunk
from gitprov.agents.payloads.report import FileEdit
from gitprov.model.event import ContentRef


class EditedFile(NamedTuple):
    """One event to record: `type` is `ai` or `human`, `path` is repo-relative.

    `modified`: a person changed the proposal before accepting it. `late`: the event of a later edit is
    recorded already.
    """

    type: str
    path: str
    before: bytes | ContentRef | None
    after: bytes | ContentRef | None
    modified: bool = False
    late: bool = False


class Stated(NamedTuple):
    """A content that a tool's answer contains; None for no file."""

    content: bytes | None


def changes(
    edit: FileEdit, path: str, before: bytes | ContentRef | None, disk: bytes | None, announced: bool
) -> Iterator[EditedFile]:
    """The changes of a file that an edit made, oldest first: the model's, then a person's to its proposal.

    `disk` is the file now. `announced`: `before` is the file when the tool use was announced, so that what
    changed since is the tool's where the edit itself cannot be repeated. ValueError where it is not known.
    """
    if before == disk and not isinstance(before, ContentRef):
        return
    after = _proposed(edit, before, disk, announced)
    yield from written(edit, path, before, after, disk)


def written(
    edit: FileEdit,
    path: str,
    before: bytes | ContentRef | None,
    after: bytes | None,
    disk: bytes | None,
) -> Iterator[EditedFile]:
    """The changes of an edit whose proposal, `after`, is known: the model's, then a person's to it."""
    if after != before:
        yield EditedFile("ai", path, before, after, edit.modified)
    if edit.modified and edit.new is not None:
        accepted = edits.like(edit.new, disk, after)
        if accepted != after:
            yield EditedFile("human", path, after, accepted)


def _proposed(
    edit: FileEdit, before: bytes | ContentRef | None, disk: bytes | None, announced: bool
) -> bytes | None:
    """The file as the model wrote it."""
    if edit.new is not None and not edit.modified:
        return edits.like(edit.new, disk, before if isinstance(before, bytes) else None)
    try:
        if isinstance(before, ContentRef) and edit.content is None and not edit.removed:
            raise ValueError("the content of the file before the edit was not kept")
        return report.applied(edit, before if isinstance(before, bytes) else None, disk)
    except ValueError:
        # Tools forgive differences of white space that we do not: the file itself shows what they did.
        if announced and not edit.modified:
            return disk
        raise


def stated(edit: FileEdit, seen: bytes | None, disk: bytes | None) -> Stated | None:
    """The file before an edit as the tool's answer has it; None where the answer has none."""
    if edit.created:
        return Stated(None)
    if edit.old is not None:
        return Stated(edits.like(edit.old, seen, disk))
    return None


def undone(edit: FileEdit, disk: bytes | None) -> bytes | None:
    """The file on disk without an edit, where that is certain; else None."""
    if disk is None:
        return None
    if edit.replaces:
        return edits.unapply(disk, list(edit.replaces))
    if edit.chunks:
        before = patch.apply(disk, tuple(_reversed(chunk) for chunk in edit.chunks))
        return before if before is not None and patch.apply(before, edit.chunks) == disk else None
    return None


def _reversed(chunk: Chunk) -> Chunk:
    signs = {"+": "-", "-": "+"}
    return chunk._replace(rows=tuple(signs.get(row[:1], row[:1]) + row[1:] for row in chunk.rows))
