"""Work that was thrown away before any commit held it: whoever writes the same again later wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.flow.attribute import line_set
from gitprov.flow.pending import settle
from gitprov.flow.view import framework_above

if TYPE_CHECKING:
    from gitprov.flow.desk import Desk


def note_discarded(desk: Desk) -> int:
    """Mark recorded lines that stand nowhere any more, neither in index, work tree nor stash; how many they were.

    To be called when git has just overwritten files. A line that is marked so can be claimed by no later commit.
    A framework that hides changes has git overwrite files too, and puts them back.
    """
    if desk.git is not None and framework_above(desk.git.parent):
        return 0
    pending = settle(desk.repo, desk.view)
    count = 0
    for one in pending.files:
        for seq, tally in one.result.outcome.tallies.items():
            mark = pending.spent.get(seq)
            gone = tally.dropped | (line_set(mark.dropped) if mark else tally.dropped)
            if gone and mark is not None:
                lines = str(line_set(mark.lines) | gone)
                desk.inbox.mark_spent(seq, lines, mark.dropped, mark.trace, path=mark.path)
                count += len(gone)
    return count
