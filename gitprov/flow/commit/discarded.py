"""Work that was discarded before any commit contained it: whoever writes it again is its author.

`git checkout -- FILE` restores the index's content, with lines that had been replaced since they were staged.
No event reports this, so it is recorded here.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gitprov.flow.evidence.pending import settle
from gitprov.flow.evidence.stashes import tips
from gitprov.flow.work_tree import framework_above
from gitprov.model.lines import same_text
from gitprov.store.inbox import seen as sightings
from gitprov.store.inbox.seen import Sighting

if TYPE_CHECKING:
    from gitprov.flow.context import CommitContext
    from gitprov.flow.evidence.pending import PendingCase

#: Seconds for which a file counts as just written where the start time of git is unknown.
_JUST_NOW = 1.0
#: Resolution of process start times and of file times, in seconds.
_STEP = 0.02


def note_discarded(context: CommitContext) -> int:
    """Mark recorded lines that exist nowhere any more: not in index, work tree or stash, and on no branch.

    To be called when git has just overwritten files; returns the number of lines marked. No later commit can
    claim a marked line. Nothing is marked where the work tree cannot be read, and under a framework that
    hides changes: it lets git overwrite files and restores them afterwards.
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
            gone = (tally.dropped | mark.dropped) - tally.pending - tally.kept - tally.edited
            if gone:
                context.inbox.mark_spent(seq, mark._replace(lines=mark.lines | gone))
                count += len(gone)
    return count


def _overwritten(context: CommitContext, case: PendingCase) -> bool:
    """Whether git may have just written this file: its content is that of the index.

    Git does not overwrite files that it does not track.
    """
    return same_text(context.view(case.job.path), case.job.final)


def _note_restored(context: CommitContext, overwritten: dict[str, str]) -> None:
    """Record the files that git has just written. An older file may have been typed as it was staged.

    The stashes that exist are recorded first, because they are older.
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
        return  # restored lines then have no known author


def _is_younger(context: CommitContext, path: str, age: float) -> bool:
    try:
        return time.time() - os.lstat(context.repo.place(path)).st_mtime <= age
    except OSError:
        return False


def _age_of_git(context: CommitContext) -> float:
    """Seconds since the git process that runs this hook was started."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None or context.git is None or not context.git.started:
        return _JUST_NOW
    return time.clock_gettime(clock) - int(context.git.started) / os.sysconf("SC_CLK_TCK") + _STEP
