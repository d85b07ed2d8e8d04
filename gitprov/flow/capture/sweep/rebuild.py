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
from gitprov.flow.capture.sweep.held import HeldFile, Holder, is_same

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


class _TriedEdit(NamedTuple):
    """An edit that applies to a content: the file before and after it, and the changes that it made.

    A file that is only renamed has no changes.
    """

    before: bytes | None
    after: bytes | None
    made: list[EditedFile]


def rebuilt(swept: list[SweptEdit], held: Holder) -> list[list[EditedFile]]:
    """The changes of each edit, oldest first: a model's, then a person's to its proposal; none if rejected.

    An edit is accepted if it shows in what the file holds or held, or if an accepted later one began with its
    result. Where the transcript has no result of the tool, the file must be exactly the edit's result, or
    what later edits of parts of that result make of it.
    """
    accepted: list[list[EditedFile]] = []
    following: dict[str, _FormerContent] = {}
    for edit, tried in zip(reversed(swept), reversed(_tried(swept, held)), strict=True):
        later = following.get(edit.path)
        is_accepted = tried is not None and _is_accepted(edit, tried, held, later)
        accepted.append(tried.made if tried is not None and is_accepted else [])
        if tried is not None and is_accepted:
            following[edit.source or edit.path] = _before(edit, tried, held, later)
    return accepted[::-1]


def _is_accepted(edit: SweptEdit, tried: _TriedEdit, held: Holder, following: _FormerContent | None) -> bool:
    if _shows(edit, tried, held):
        return True
    is_link = following is not None and is_same(tried.after, following.content)
    is_known = edit.use.is_done or (following is not None and following.is_proven)
    return is_link and is_known and not is_same(tried.after, held(edit.path).base)


def _shows(edit: SweptEdit, tried: _TriedEdit, held: Holder) -> bool:
    """Whether an edit shows in what its file holds or held; of a file only renamed, its text does."""
    before = tried.before if tried.made else None
    return held(edit.path).shows(before, tried.after, exact=not edit.use.is_done)


def _before(
    edit: SweptEdit, tried: _TriedEdit, held: Holder, following: _FormerContent | None
) -> _FormerContent:
    """The content with which an accepted edit began."""
    is_linked = following is not None and following.is_proven and is_same(tried.after, following.content)
    is_exact = is_linked or any(is_same(tried.after, content) for content in held(edit.path).others)
    is_partial = edit.edit.content is None and tried.before is not None
    return _FormerContent(tried.before, is_exact and is_partial)


def _tried(swept: list[SweptEdit], held: Holder) -> list[_TriedEdit | None]:
    """The edits, each applied after the one before it; None where one does not apply."""
    results: dict[str, list[_FormerContent]] = {}
    attempts = []
    for edit in swept:
        tried = _first_fitting(edit, results, held)
        attempts.append(tried)
        if tried is not None:
            results.setdefault(edit.path, []).append(_FormerContent(tried.after))
    return attempts


def _first_fitting(
    edit: SweptEdit, results: dict[str, list[_FormerContent]], held: Holder
) -> _TriedEdit | None:
    """The edit of the first content before it that leads to what the file shows, else that fits at all.

    Without results of tools the edits right before it may have been refused, so each of their results counts.
    """
    source = edit.source or edit.path
    candidates = results.get(source, [])[: -1 - (1 if edit.use.is_done else _REFUSED) : -1]
    candidates += [_FormerContent(content) for content in _contents_before(edit, held(source))]
    fitting: _TriedEdit | None = None
    for candidate in dict.fromkeys(candidates):
        try:
            made = list(_changes(edit, candidate.content, held(edit.path).others[0]))
        except ValueError:
            continue
        if made:
            tried = _TriedEdit(_bytes(made[0].before), _bytes(made[-1].after), made)
        elif edit.source is not None:
            tried = _TriedEdit(candidate.content, candidate.content, [])
        else:
            continue
        if _shows(edit, tried, held):
            return tried
        fitting = fitting or tried
    return fitting


def _contents_before(edit: SweptEdit, contents: HeldFile) -> tuple[bytes | None, ...]:
    """The contents that a file may have had before an edit; of appended text, contents without that end."""
    if edit.edit.appended is None:
        return (contents.base, *contents.others, None)
    end = edits.encode(edit.edit.appended)
    shorter = [content[: -len(end)] for content in contents.others if content and content.endswith(end)]
    return (*(content or None for content in shorter), contents.base, None)


def _changes(swept: SweptEdit, before: bytes | None, disk: bytes | None) -> Iterator[EditedFile]:
    """The changes of one edit of `before`, unless the record itself has the file before it.

    ValueError where it does not apply.
    """
    hook, edit, path = swept.use.hook, swept.edit, swept.path
    if hook.agent == clients.CLAUDE and not swept.use.is_command:
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
