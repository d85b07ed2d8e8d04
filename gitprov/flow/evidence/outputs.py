"""Outputs without files: before a commit, their lines are recognized in what is staged, and become edits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.output_lines import has_free_words, match, output_lines, plain_lines
from gitprov.flow import git_state
from gitprov.flow.capture.delivery import Delivery
from gitprov.flow.capture.moment import content_of, look_around, utc_second
from gitprov.flow.change import CommitChange
from gitprov.flow.context import CommitContext
from gitprov.git.files.diff import FileChange
from gitprov.git.locate import Location, locate
from gitprov.model.event import ContentRef, Turn, is_binary
from gitprov.model.lines import same_text, split_lines
from gitprov.store.inbox import outputs
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.outputs import WaitingOutput

TOOL = "output"
"""The tool of an edit that was recognized by the lines of an output."""
_APPLIED = ("MERGE_MSG", "MERGE_HEAD", "SQUASH_MSG", "CHERRY_PICK_HEAD", "REVERT_HEAD")


class _Output(NamedTuple):
    """A waiting output: its turn, its lines, and the numbers of those that files have."""

    entry: WaitingOutput
    turn: Turn
    lines: list[bytes]
    spent: set[int]


class _StagedFile(NamedTuple):
    """A staged file: its content, and the numbers of the lines that no commit and no event had before."""

    place: Location
    content: bytes
    new: set[int]


def record_arrivals(context: CommitContext, commit_change: CommitChange, now: float) -> None:
    """Record as edits what is staged of waiting outputs; the newest output counts first.

    Nothing is recorded while git itself applies other commits: their lines are carried, not generated.
    OSError where it cannot be recorded.
    """
    if not outputs.paths(context.inbox) or _applies(context):
        return
    waiting = list(_outputs(context.inbox))
    if not waiting:
        return
    changes = commit_change.work if commit_change.amended is not None else commit_change.changes
    with Delivery(context.repo.env) as delivery:
        for staged in filter(None, (_staged(context, change, delivery) for change in changes)):
            _record(context.inbox, staged, waiting, utc_second(now))


def _applies(context: CommitContext) -> bool:
    names = (os.path.join(context.repo.git_dir, name) for name in _APPLIED)
    return git_state.rebasing(context.repo) or any(map(os.path.exists, names))


def _outputs(inbox: Inbox) -> Iterator[_Output]:
    """The waiting outputs, the newest first. One whose output is gone waits no longer."""
    for entry in reversed(outputs.waiting_outputs(inbox)):
        turn = inbox.turn(entry.key, entry.turn)
        text = inbox.kept(turn.output) if isinstance(turn, Turn) else None
        if not isinstance(turn, Turn) or text is None:
            outputs.drop(inbox, entry)
        else:
            yield _Output(entry, turn, output_lines(text), set(entry.spent))


def _staged(context: CommitContext, change: FileChange, delivery: Delivery) -> _StagedFile | None:
    """What is staged of a file; None where there is no text that is new."""
    worktree = context.repo.worktree
    if worktree is None or not change.has_text or change.opaque or not change.added:
        return None
    place = locate(os.path.join(worktree, change.path))
    content = context.repo.objects.blob(change.new_oid)
    if place is None or place.path != change.path or is_binary(content):
        return None
    try:
        disk = content_of(place)
    except (OSError, ValueError):
        disk = None
    if disk is not None and same_text(disk, content.replace(b"\r\n", b"\n")):
        content = disk
    new = {n for hunk in change.hunks for n in range(hunk.new_start, hunk.new_end)}
    if change.old_path == change.path or context.inbox.last_event(change.path) is not None:
        before = delivery.last_content(context.inbox, place) or b""
        new &= {n for hunk in hunks(before, content) for n in range(hunk.new_start, hunk.new_end)}
    return _StagedFile(place, content, new) if new else None


def _record(inbox: Inbox, staged: _StagedFile, waiting: list[_Output], at: str) -> None:
    """Record one edit for each output that has lines of the file; each starts where the one before ended."""
    lines, raw, new = plain_lines(staged.content), split_lines(staged.content), set(staged.new)
    matches = []
    for output in waiting:
        pairs = match(lines, new, output.lines, output.spent)
        if pairs:
            matches.append((output, pairs))
            new -= set(pairs)
    missing = {n for _, pairs in matches for n in pairs}
    if not missing:
        return
    look_around(inbox, staged.place)
    before = inbox.put_blob(_without(raw, missing))
    for output, pairs in matches:
        missing -= set(pairs)
        after = inbox.put_blob(_without(raw, missing))
        inbox.append_event(_event(output.turn, staged.place.path, before, after, at))
        before = after
        output.spent.update(pairs.values())
        if has_free_words(output.lines, output.spent):
            outputs.spend(inbox, output.entry, output.spent)
        else:
            outputs.drop(inbox, output.entry)


def _without(lines: list[bytes], missing: set[int]) -> bytes:
    return b"".join(line for n, line in enumerate(lines) if n not in missing)


def _event(turn: Turn, path: str, before: ContentRef, after: ContentRef, at: str) -> dict[str, object]:
    return {
        "type": "ai",
        "path": path,
        "before": before.to_json(),
        "after": after.to_json(),
        "at": at,
        "agent": turn.agent,
        "session": turn.session,
        "subagent": None,
        "key": turn.key,
        "turn": turn.turn,
        "tool": TOOL,
        "tool_use_id": None,
        "model": turn.model,
        "request_id": turn.request_ids[0] if turn.request_ids else None,
        "user_modified": False,
        "human": None,
        "input": None,
    }
