"""Work that was thrown away before any commit held it: whoever writes the same again later wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.flow.attribute import line_set
from gitprov.flow.pending import settle
from gitprov.flow.shelf import tips
from gitprov.flow.view import framework_above
from gitprov.git.tree import staged_blobs
from gitprov.model.lines import same_text

if TYPE_CHECKING:
    from gitprov.flow.desk import Desk


def note_discarded(desk: Desk) -> int:
    """Mark recorded lines that stand nowhere any more: neither in index, work tree or stash nor on a branch.

    To be called when git has just overwritten files; returns how many lines there were. A line that is marked so can be
    claimed by no later commit. Where the work tree cannot be seen, nothing is marked; a framework that hides changes has git
    overwrite files too, and puts them back.
    """
    if desk.git is not None and framework_above(desk.git.parent):
        return 0
    pending = settle(desk.repo, desk.view, tips(desk.repo))
    count = 0
    tracked = staged_blobs(desk.repo, [one.path for one in pending.files])
    for one in pending.files:
        if not _overwritten(desk, one.path, tracked.get(one.path)):
            continue
        for seq, tally in one.result.outcome.tallies.items():
            mark = pending.spent.get(seq)
            if mark is None:
                continue
            gone = (tally.dropped | line_set(mark.dropped)) - tally.pending - tally.kept - tally.edited
            if gone:
                lines = str(line_set(mark.lines) | gone)
                desk.inbox.mark_spent(seq, lines, mark.dropped, mark.trace, path=mark.path)
                count += len(gone)
    return count


def _overwritten(desk: Desk, path: str, blob: str | None) -> bool:
    """Whether git may have written this file just now: it is as the index has it. What git does not track it leaves."""
    if blob is None:
        return False
    staged = desk.repo.objects.blob(blob)
    return same_text(desk.view(path, staged), staged)
