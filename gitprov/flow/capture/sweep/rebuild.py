"""Rebuilds the edits of transcripts in order, and accepts those that the files' contents confirm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gitprov.agents.claude import claude_code
from gitprov.agents.claude.claude_code import FileState
from gitprov.agents.payloads import clients, edits, report
from gitprov.agents.payloads.report import FileEdit
from gitprov.agents.transcripts.values import RecordedUse
from gitprov.flow.capture.edit_contents import EditedFile, stated, written
from gitprov.flow.capture.sweep.held import Holder, is_same

_REFUSED = 20
"""How many edits in a row may have been refused where a transcript has no results."""


class SweptEdit(NamedTuple):
    """An edit of one file in a transcript. `path` and `source` (before a rename) are repo-relative."""

    use: RecordedUse
    edit: FileEdit
    path: str
    source: str | None = None


class _FormerContent(NamedTuple):
    """A content that a file may have had before an edit; None for no file.

    `is_proven`: an edit of a part of it leads to exactly what the file holds.
    """

    content: bytes | None
    is_proven: bool = False


def rebuilt(swept: list[SweptEdit], held: Holder) -> list[list[EditedFile]]:
    """The changes of each edit, oldest first: a model's, then a person's to its proposal; none if rejected.

    An edit is accepted if it shows in what the file holds or held, or if an accepted later one began with its
    result. Where the transcript has no result of the tool, the file must be exactly the edit's result, or
    what later edits of parts of that result make of it.
    """
    changes = _tried(swept, held)
    accepted: list[list[EditedFile]] = []
    following: dict[str, _FormerContent] = {}
    for edit, made in zip(reversed(swept), reversed(changes), strict=True):
        is_accepted = bool(made) and _is_accepted(edit, made, held, following.get(edit.path))
        accepted.append(made if is_accepted else [])
        if is_accepted:
            following[edit.path] = _before(edit, made, held, following.get(edit.path))
    return accepted[::-1]


def _is_accepted(
    edit: SweptEdit, made: list[EditedFile], held: Holder, following: _FormerContent | None
) -> bool:
    before, after = _bytes(made[0].before), _bytes(made[-1].after)
    contents = held(edit.path)
    if contents.shows(before, after, exact=not edit.use.is_done):
        return True
    is_link = following is not None and is_same(after, following.content)
    is_known = edit.use.is_done or (following is not None and following.is_proven)
    return is_link and is_known and not is_same(after, contents.base)


def _before(
    edit: SweptEdit, made: list[EditedFile], held: Holder, following: _FormerContent | None
) -> _FormerContent:
    """The content with which an accepted edit began."""
    before, after = _bytes(made[0].before), _bytes(made[-1].after)
    is_linked = following is not None and following.is_proven and is_same(after, following.content)
    is_exact = is_linked or any(is_same(after, content) for content in held(edit.path).others)
    is_partial = edit.edit.content is None and before is not None
    return _FormerContent(before, is_exact and is_partial)


def _tried(swept: list[SweptEdit], held: Holder) -> list[list[EditedFile]]:
    """The changes that the edits would make, each after the one before it; none where one does not apply."""
    results: dict[str, list[_FormerContent]] = {}
    tried = []
    for edit in swept:
        made = _first_fitting(edit, results, held)
        tried.append(made)
        if made:
            results.setdefault(edit.path, []).append(_FormerContent(_bytes(made[-1].after)))
    return tried


def _first_fitting(
    edit: SweptEdit, results: dict[str, list[_FormerContent]], held: Holder
) -> list[EditedFile]:
    """The changes by the first content before it that leads to what the file shows, else that fits at all.

    Without results of tools the edits right before it may have been refused, so each of their results counts.
    """
    source = edit.source or edit.path
    contents = held(source)
    candidates = results.get(source, [])[: -1 - (1 if edit.use.is_done else _REFUSED) : -1]
    candidates += [_FormerContent(content) for content in (contents.base, *contents.others, None)]
    fitting: list[EditedFile] = []
    for candidate in dict.fromkeys(candidates):
        try:
            made = list(_changes(edit, candidate.content, held(edit.path).others[0]))
        except ValueError:
            continue
        if not made:
            continue
        before, after = _bytes(made[0].before), _bytes(made[-1].after)
        if held(edit.path).shows(before, after, exact=not edit.use.is_done):
            return made
        fitting = fitting or made
    return fitting


def _changes(swept: SweptEdit, before: bytes | None, disk: bytes | None) -> Iterator[EditedFile]:
    """The changes of one edit of `before`, unless the record itself has the file before it.

    ValueError where it does not apply.
    """
    hook, edit, path = swept.use.hook, swept.edit, swept.path
    if hook.agent == clients.CLAUDE:
        for change in claude_code.changes(hook, hook.input, FileState(before), disk):
            yield EditedFile(change.type, path, change.before, change.after, hook.user_modified)
        return
    recorded = stated(edit, before, disk)
    before = before if recorded is None else recorded.content
    if edit.new is not None and not edit.modified:
        after: bytes | None = edits.like(edit.new, disk, before)
    else:
        after = report.applied(edit, before, disk)
    yield from written(edit, path, before, after, disk)


def _bytes(content: object) -> bytes | None:
    return content if isinstance(content, bytes) else None
