"""Files renamed before their first commit: git sees a new file, and the evidence names a path that is gone.

The rule is git's rule for renames: the old path is gone, and at least half of the text is the same. At least
one line that an event added must be in a new file of the commit. The author of each line is then determined
line by line, as for other files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from gitprov.attribution.diff import hunks
from gitprov.flow.context import CommitContext
from gitprov.git.files.diff import FileChange
from gitprov.model.event import Event
from gitprov.model.lines import count_lines, split_lines
from gitprov.store.inbox import waiting

#: Least share of common lines by which a file counts as renamed, as in `git diff -M`.
SIMILAR = 0.5
#: Most paths that are compared, so that a commit of thousands of new files stays fast.
_MOST = 64


def follow(context: CommitContext, changes: list[FileChange], events: list[Event]) -> list[Event]:
    """The events; those of a file whose path is gone get the file's path in this commit."""
    if not events:
        return events
    event_paths = {event.path for event in events}
    fresh = [one for one in changes if one.status == "A" and one.has_text][:_MOST]
    if not fresh:
        return events
    gone = [path for path in sorted(event_paths) if _vanished(context, path)][:_MOST]
    gone = _sharing(context, gone, fresh, events) if gone else []
    names = _pairs(context, gone, fresh, events) if gone else {}
    return [one._replace(path=_last_name(names, one.path)) if one.path in names else one for one in events]


def _vanished(context: CommitContext, path: str) -> bool:
    """Whether the work tree has no file at this path and nothing is staged for it.

    `git commit -- PATH` shows hooks an index in which all other files are as in HEAD.
    """
    if "\n" in path or os.path.lexists(context.repo.place(path)):
        return False
    staged, head = (context.repo.objects.get(f"{revision}:{path}") for revision in ("", "HEAD"))
    return staged is None or (head is not None and head.oid == staged.oid)


def _sharing(
    context: CommitContext, gone: list[str], fresh: list[FileChange], events: list[Event]
) -> list[str]:
    """The paths whose events may have added a line of a new file, by the rule of the hooks in sh."""
    lines = {
        line.rstrip(b"\r\n")
        for change in fresh
        for line in split_lines(context.repo.objects.blob(change.new_oid))
    }
    blocks = waiting.blocks(context.inbox, (event for event in events if event.path in gone))
    sharing = {seq for seq, block in blocks.items() if block.any or lines & block.lines}
    paths = {event.path for event in events if event.seq in sharing}
    return [path for path in gone if path in paths]


def _pairs(
    context: CommitContext, gone: list[str], fresh: list[FileChange], events: list[Event]
) -> dict[str, str]:
    """Old path → new path, the most similar pair first; each path occurs once on each side."""
    candidates = dict(_candidates(context, gone, fresh, events))
    scored = []
    for path in gone:
        last = next(event for event in reversed(events) if event.path == path)
        content = context.inbox.kept(last.after or last.before)  # a shell's `mv` is reported as a removal
        if content is None:
            continue
        for new, start in candidates.items():
            score = _alike(content, start)
            if score >= SIMILAR and new != path:
                scored.append((-score, path, new))
    names: dict[str, str] = {}
    for _, old, new in sorted(scored):
        if old not in names and new not in names.values() and _last_name(names, new) != old:
            names[old] = new
    return names


def _candidates(
    context: CommitContext, gone: list[str], fresh: list[FileChange], events: list[Event]
) -> Iterator[tuple[str, bytes]]:
    """Paths that a vanished file may have been renamed to, with their first content.

    For a path with events this is the content before the first event; a path that an event created is left
    out. Vanished paths are included, because a file may have been renamed twice.
    """
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.path, event)
    for path in sorted({*gone, *(change.path for change in fresh if change.path in first)}):
        content = context.inbox.kept(first[path].before)
        if content is not None:
            yield path, content
    for change in fresh:
        if change.path not in first:
            yield change.path, context.repo.objects.blob(change.new_oid)


def _last_name(names: dict[str, str], path: str) -> str:
    """The last path of a chain of renames that starts at `path`."""
    while path in names:
        path = names[path]
    return path


def _alike(old: bytes, new: bytes) -> float:
    """Share of common lines in the longer of two contents; 0 for an empty one."""
    sizes = sorted((count_lines(old), count_lines(new)))
    if not sizes[0] or sizes[0] < sizes[1] * SIMILAR:
        return 0.0
    if b"\r\n" in old and b"\r\n" not in new:
        old = old.replace(b"\r\n", b"\n")
    kept = count_lines(new) - sum(hunk.new_count for hunk in hunks(old, new))
    return kept / sizes[1]
