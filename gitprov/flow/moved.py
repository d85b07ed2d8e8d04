"""Files that were renamed before any commit knew them: git sees a new file, evidence speaks of a vanished one.

The rule is git's own for renames: the old name is gone, and at least half of the text is the same. Which lines are
whose is then decided line by line, as everywhere.
"""

from __future__ import annotations

import os

from gitprov.attribution.diff import hunks
from gitprov.errors import Damaged
from gitprov.flow.desk import Desk
from gitprov.git.changes import FileChange
from gitprov.model.event import Event
from gitprov.model.lines import count_lines

#: Share of common lines from which a file counts as the other one under a new name, as in `git diff -M`.
SIMILAR = 0.5
#: Names compared at the most, so that a commit of thousands of new files stays quick.
_MOST = 64


def follow(desk: Desk, changes: list[FileChange], events: list[Event]) -> list[Event]:
    """The events, those of a vanished file under the name it has in this commit."""
    if not events:
        return events
    told = {event.path for event in events}
    fresh = [one for one in changes if one.status == "A" and one.has_text and one.path not in told][:_MOST]
    if not fresh:
        return events
    gone = [path for path in sorted(told) if _vanished(desk, path)][:_MOST]
    names = _pairs(desk, gone, fresh, events)
    return [one._replace(path=names[one.path]) if one.path in names else one for one in events]


def _vanished(desk: Desk, path: str) -> bool:
    """Whether neither the work tree nor the index has a file of this name."""
    place = os.path.join(desk.repo.worktree or "", path).encode("utf-8", "surrogateescape")
    return "\n" not in path and not os.path.lexists(place) and desk.repo.objects.get(f":{path}") is None


def _pairs(desk: Desk, gone: list[str], fresh: list[FileChange], events: list[Event]) -> dict[str, str]:
    """Old name → new name, the most alike first, each name once."""
    scored = []
    for path in gone:
        last = next(event for event in reversed(events) if event.path == path)
        if last.after is None or not last.after.stored:
            continue
        try:
            content = desk.inbox.get_blob(last.after)
        except Damaged:
            continue  # the gate speaks of damage where it concerns a file of the commit
        for change in fresh:
            score = _alike(content, desk.repo.objects.blob(change.new_oid))
            if score >= SIMILAR:
                scored.append((-score, path, change.path))
    names: dict[str, str] = {}
    for _, old, new in sorted(scored):
        if old not in names and new not in names.values():
            names[old] = new
    return names


def _alike(old: bytes, new: bytes) -> float:
    """Share of lines in common, of the longer content's; 0 for empty ones."""
    sizes = sorted((count_lines(old), count_lines(new)))
    if not sizes[0] or sizes[0] < sizes[1] * SIMILAR:
        return 0.0
    if b"\r\n" in old and b"\r\n" not in new:
        old = old.replace(b"\r\n", b"\n")
    kept = count_lines(new) - sum(hunk.new_count for hunk in hunks(old, new))
    return kept / sizes[1]
