"""Work that was thrown away before any commit held it: whoever writes the same again later wrote it.

What `git checkout -- FILE` brings back is the index's content, with lines that had been replaced since they were staged.
No edit tells of that, so it is written down here.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gitprov.flow.evidence.attribute import line_set
from gitprov.flow.evidence.pending import settle
from gitprov.flow.evidence.stashes import tips
from gitprov.flow.work_tree import framework_above
from gitprov.model.lines import same_text
from gitprov.store.inbox import seen as sightings
from gitprov.store.inbox.seen import Sighting

if TYPE_CHECKING:
    from gitprov.flow.context import CommitContext
    from gitprov.flow.evidence.pending import PendingCase

#: Seconds for which a file counts as just written where it is not known when git was started.
_JUST_NOW = 1.0
#: The system counts the age of processes in steps, and a file system its times: seconds.
_STEP = 0.02


def note_discarded(context: CommitContext) -> int:
    """Mark recorded lines that stand nowhere any more: neither in index, work tree or stash nor on a branch.

    To be called when git has just overwritten files; returns how many lines there were. A line that is marked so can be
    claimed by no later commit. Where the work tree cannot be seen, nothing is marked; a framework that hides changes has git
    overwrite files too, and puts them back.
    """
    if context.git is not None and framework_above(context.git.parent):
        return 0
    overwritten: dict[str, str] = {}

    def look_first(cases: list[PendingCase]) -> None:
        overwritten.update(
            {
                case.job.path: case.blob
                for case in cases
                if case.blob is not None and _overwritten(context, case)
            }
        )
        _note_restored(context, overwritten)

    pending = settle(context.repo, context.view, tips(context.repo), look_first)
    count = 0
    for file in pending.files:
        if file.path not in overwritten:
            continue
        for seq, tally in file.result.outcome.tallies.items():
            mark = pending.spent.get(seq)
            if mark is None:
                continue
            gone = (tally.dropped | line_set(mark.dropped)) - tally.pending - tally.kept - tally.edited
            if gone:
                lines = str(line_set(mark.lines) | gone)
                context.inbox.mark_spent(seq, lines, mark.dropped, mark.trace, path=mark.path)
                count += len(gone)
    return count


def _overwritten(context: CommitContext, case: PendingCase) -> bool:
    """Whether git may have written this file just now: it is as the index has it. What git does not track it leaves."""
    return same_text(context.view(case.job.path, case.job.final), case.job.final)


def _note_restored(context: CommitContext, overwritten: dict[str, str]) -> None:
    """Write down what git did write just now. A file that is merely as it was staged may have been typed like that.

    What was put aside before that was put aside earlier, and has to be told first.
    """
    sightings.see_stashes(context.inbox, context.repo.common_dir)
    age = _age_of_git(context)
    seq = context.inbox.next_seq()
    rows = [
        Sighting(seq, blob, path) for path, blob in overwritten.items() if _is_younger(context, path, age)
    ]
    try:
        sightings.add(context.inbox, rows)
    except OSError:
        return  # then what comes back is nobody's


def _is_younger(context: CommitContext, path: str, age: float) -> bool:
    try:
        return time.time() - os.lstat(context.repo.place(path)).st_mtime <= age
    except OSError:
        return False


def _age_of_git(context: CommitContext) -> float:
    """For how many seconds the git that runs this hook has been running."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None or context.git is None or not context.git.started:
        return _JUST_NOW
    return time.clock_gettime(clock) - int(context.git.started) / os.sysconf("SC_CLK_TCK") + _STEP
