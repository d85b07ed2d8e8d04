"""Which events a commit can concern, by the waiting list: only these are read when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.attribution.matching.moved_block import LEAST
from gitprov.model.lines import split_lines
from gitprov.store.inbox import waiting

if TYPE_CHECKING:
    from gitprov.flow.change import CommitChange
    from gitprov.flow.context import CommitContext


def concerned(context: CommitContext, commit_change: CommitChange, live: list[int]) -> set[int]:
    """Those of the seqs `live` that may concern a commit: by a path, by lines, or as parts of such a turn.

    Lines count as hooks in sh count them: three of a path, or one where the commit has a new file. An event
    that the list lacks is concerned. A turn is complete, since its generation has all its events.
    """
    changes = (*commit_change.changes, *commit_change.work)
    names = {path for change in changes for path in (change.path, change.old_path)}
    lines, least = _added(context, commit_change)
    listed = waiting.WaitingList.read(context.inbox)
    shared: dict[str, set[bytes]] = {}
    for block in listed.blocks(listed.hits(names, lines)).values():
        for path in block.paths:
            shared.setdefault(path, set()).update(block.lines & lines)
    names.update(path for path, rows in shared.items() if len(rows) >= least)
    return set(live) & listed.with_turns(listed.hits(names, ())) | (set(live) - listed.seqs)


def _added(context: CommitContext, commit_change: CommitChange) -> tuple[set[bytes], int]:
    """The lines that the commit adds, without line ends, and how many of them a path must share."""
    lines: set[bytes] = set()
    least = LEAST
    for change in commit_change.changes:
        if not change.has_text:
            continue
        content = split_lines(context.repo.objects.blob(change.new_oid))
        if change.status == "A":
            least = 1
            lines.update(line.rstrip(b"\r\n") for line in content)
        for hunk in change.hunks:
            lines.update(line.rstrip(b"\r\n") for line in content[hunk.new_start : hunk.new_end])
    return lines, least
