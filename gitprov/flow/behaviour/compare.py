"""`gitprov compare`: what differs between two versions of code in text, structure and behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitprov.behaviour.structure import compare as structure
from gitprov.errors import GitFailed, GitprovError
from gitprov.flow.behaviour.code_sources import source_of
from gitprov.flow.behaviour.verdict import VersionFiles, behaviour
from gitprov.git.files import contents_diff
from gitprov.model.answers.behaviour.compare import (
    ADDED,
    CHANGED,
    DIFFERS,
    REMOVED,
    RENAMED,
    SAME,
    UNKNOWN,
    AspectResult,
    CodeSource,
    CompareAnswer,
    TextChange,
    UnreadFile,
)

if TYPE_CHECKING:
    from gitprov.flow.behaviour.targets import BoxOptions
    from gitprov.git.files.diff import FileChange
    from gitprov.git.repo import Repository

_STATES = {"A": ADDED, "D": REMOVED, "R": RENAMED}


def compare(repo: Repository, old_name: str, new_name: str, options: BoxOptions) -> CompareAnswer:
    """Both versions, named as in `source_of`, and what differs. `options` are those of the sandbox.

    Two single files are compared whatever their paths.
    """
    old, new = source_of(repo, old_name), source_of(repo, new_name)
    unread = {**old.unread, **new.unread}
    before, after = _readable(old, unread), _readable(new, unread)
    try:
        diff = contents_diff.diff(_beside(before, after), after, repo.env)
    except GitFailed as error:
        raise GitprovError(f"git cannot compare these files: {error.message}", error.hint) from error
    answer = structure.compare(before, after)
    rows = (UnreadFile(path, why) for path, why in sorted(unread.items()))
    answer = answer._replace(unread=(*answer.unread, *rows))
    return CompareAnswer(
        old,
        new,
        _text(diff.changes, unread),
        tuple(map(_change, diff.changes)),
        diff.patch,
        answer.comparison,
        answer,
        behaviour(repo, VersionFiles(_beside(before, after), after, unread), answer, options),
    )


def _readable(source: CodeSource, unread: Mapping[str, str]) -> dict[str, bytes]:
    """The files whose content is available in both versions."""
    return {path: content for path, content in source.files.items() if path not in unread}


def _beside(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, bytes]:
    """The old files; a single one gets the path of the single new one, so that git compares them."""
    if len(before) == len(after) == 1:
        return dict(zip(after, before.values(), strict=True))
    return before


def _text(changes: list[FileChange], unread: Mapping[str, str]) -> AspectResult:
    if changes:
        return AspectResult(DIFFERS)
    if unread:
        path, why = min(unread.items())
        return AspectResult(UNKNOWN, f"{path}: {why}")
    return AspectResult(SAME)


def _change(change: FileChange) -> TextChange:
    added = None if change.opaque else sum(hunk.new_count for hunk in change.hunks)
    removed = None if change.opaque else sum(hunk.old_count for hunk in change.hunks)
    old_path = change.old_path if change.old_path != change.path else None
    return TextChange(_STATES.get(change.status[:1], CHANGED), change.path, added, removed, old_path)
