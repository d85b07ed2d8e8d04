"""Doctor's checks of what is stored outside git's objects: uncommitted evidence, in every worktree."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

from gitprov.errors import Damaged
from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.setup.doctor.case import Check, Examination, Fix
from gitprov.git.locate import MAIN_WORKTREE
from gitprov.model.event import Event, Problem
from gitprov.model.finding import ERROR, WARNING, Finding
from gitprov.store import access, files
from gitprov.store.inbox import lost, retention, spool, sweeps
from gitprov.store.inbox.inbox import Inbox

_FIX = "gitprov doctor --fix"


def inboxes(case: Examination) -> list[tuple[str, Inbox]]:
    """Worktree id and inbox, for each inbox that was ever written to."""
    root = os.path.join(case.repo.home, "inbox")
    return [(name, open_inbox(os.path.join(root, name), case.repo.env)) for name in files.names(root)]


def damaged_events(case: Examination) -> Iterator[Finding]:
    """Every event and the contents that it names can be read."""
    for name, inbox in inboxes(case):
        bad = [damage for entry in inbox.events() if (damage := _damage(inbox, entry)) is not None]
        if bad:
            what = f"inbox {name}: {len(bad)} events cannot be read, the first is {bad[0]}"
            mend = f"{_FIX} sets them aside, as *.damaged; their lines will count as unknown"
            yield case.fixable(Finding("events", ERROR, what, mend), _set_aside(inbox, bad))


def logged_problems(case: Examination) -> Iterator[Finding]:
    """Capture logged no problems."""
    for name, inbox in inboxes(case):
        rows = inbox.problems()
        if rows:
            last = rows[-1]
            what = f"inbox {name}: capture logged {len(rows)} problems, last at {last.at}: {last.message}"
            yield Finding(
                "capture-log", WARNING, what, f"read, then delete {os.path.join(inbox.root, 'log')}"
            )


def lost_reports(case: Examination) -> Iterator[Finding]:
    """No agent's report was lost because no inbox could store it."""
    rows = lost.reports(case.repo.worktree or case.repo.git_dir, case.repo.env)
    if rows:
        what = f"{len(rows)} reports of agents were lost, the last at {rows[-1][0]}: {rows[-1][1]}"
        yield Finding("lost-reports", WARNING, what, f"read, then delete {lost.path(case.repo.env)}")


def leftovers(case: Examination) -> Iterator[Finding]:
    """No temporary file remains of a process that was killed more than an hour ago."""
    for name, inbox in inboxes(case):
        paths = [os.path.join(inbox.tmp, file) for file in files.names(inbox.tmp)] + spool.incomplete(inbox)
        old = [path for path in paths if files.age(path, case.now) > retention.HOUR]
        if old:
            what = f"inbox {name}: {len(old)} temporary files of killed processes"
            yield case.fixable(Finding("leftovers", WARNING, what, _FIX), _each(files.remove, old))


def spooled_reports(case: Examination) -> Iterator[Finding]:
    """Every stored report of an edit became events."""
    for name, inbox in inboxes(case):
        waiting, bad = len(spool.names(inbox)), len(spool.undigested(inbox))
        if waiting:
            what = f"inbox {name}: {waiting} reports of edits wait in its spool, which cannot be written"
            yield Finding("spool", WARNING, what, access.mend(spool.directory(inbox)))
        if bad:
            what = f"inbox {name}: {bad} reports of edits could not be read and were set aside"
            yield Finding("spool", WARNING, what, f"read, then delete {spool.aside(inbox)}")


def swept_transcripts(case: Examination) -> Iterator[Finding]:
    """Agents' transcripts could be read, where they were."""
    for name, inbox in inboxes(case):
        skipped = sweeps.load(inbox).skipped
        if skipped:
            reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(skipped.items()))
            what = f"inbox {name}: the sweep of transcripts skipped {reasons}"
            mend = f"read docs/sweep.md; deleting {sweeps.path_in(inbox)} lets the next sweep read all again"
            yield Finding("transcripts", WARNING, what, mend)


def unfinished_erasure(case: Examination) -> Iterator[Finding]:
    """No `gitprov forget` was interrupted."""
    from gitprov.flow.records import forget

    what = forget.pending(case.repo)
    if what is not None:

        def finish() -> None:
            forget.finish(case.repo)

        message = f"forgetting {what.name} was cut off; part of it is still there"
        yield case.fixable(Finding("erasure", ERROR, message, _FIX), finish)


def private(case: Examination) -> Iterator[Finding]:
    """Only the owner can read prompts and outputs."""
    open_to_others = [path for path in _tree(os.path.join(case.repo.home, "inbox")) if _is_open(path)]
    if open_to_others:
        what = f"{len(open_to_others)} files or directories with prompts and outputs are open to other users"
        yield case.fixable(Finding("permissions", WARNING, what, _FIX), _each(_close, open_to_others))


def size(case: Examination) -> Iterator[Finding]:
    """The inbox is not larger than its limit."""
    for name, inbox in inboxes(case):
        total, most = retention.size(inbox), inbox.limits.archive_bytes
        if total > most and retention.can_shrink(inbox, case.now):
            what = f"inbox {name}: {total:,} bytes of contents, more than inbox.max_archive_bytes, {most:,}"
            yield case.fixable(Finding("size", WARNING, what, _FIX), _pruned(inbox, case.now))


def old_events(case: Examination) -> Iterator[Finding]:
    """No evidence is about to be deleted because it was never committed."""
    for name, inbox in inboxes(case):
        room = os.path.join(inbox.root, "events")
        limits = inbox.limits
        old = [
            file
            for file in files.names(room)
            if files.age(os.path.join(room, file), case.now) > limits.keep_seconds
        ]
        if old:
            what = (
                f"inbox {name}: {len(old)} edits older than {limits.keep_days} days were never committed; "
                "they will be forgotten"
            )
            yield Finding(
                "old-events", WARNING, what, "commit them, or let them go; gitprov status lists them"
            )


def orphans(case: Examination) -> Iterator[Finding]:
    """Every inbox belongs to a worktree that exists."""
    worktrees = {MAIN_WORKTREE, *files.names(os.path.join(case.repo.common_dir, "worktrees"))}
    for name, inbox in inboxes(case):
        if name not in worktrees and inbox.events():
            what = (
                f"inbox {name} belongs to a worktree that is gone; "
                f"it holds {len(inbox.events())} uncommitted edits"
            )
            yield Finding("worktree", WARNING, what, f"delete {inbox.root} if you do not need them")


def _damage(inbox: Inbox, entry: Event | Problem) -> Problem | None:
    """The problem of an event of the inbox; None where the event and its contents can be read."""
    if isinstance(entry, Problem):
        return entry
    for ref in (entry.before, entry.after):
        try:
            if ref is not None and ref.stored:
                inbox.get_blob(ref)
        except Damaged as error:
            return Problem(f"events/{entry.seq:010d}.json", f"{entry.path}: {error.message}", entry.seq)
    return None


def _set_aside(inbox: Inbox, bad: list[Problem]) -> Fix:
    """A function that renames damaged events to names that are not read; their numbers are not reused."""

    def run() -> None:
        for problem in bad:
            inbox.reserve_seq(problem.seq or 0)
            path = os.path.join(inbox.root, problem.where)
            os.replace(path, path + ".damaged")

    return run


def _tree(root: str) -> Iterator[str]:
    """A directory and everything below it, in the order of names; links are not followed."""
    if os.path.isdir(root):
        yield root
    for folder, directories, names in os.walk(root):
        directories.sort()
        yield from (os.path.join(folder, name) for name in (*directories, *sorted(names)))


def _is_open(path: str) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & 0o077)


def _close(path: str) -> None:
    os.chmod(path, files.PRIVATE_DIR if os.path.isdir(path) else files.PRIVATE_FILE)


def _each(act: Callable[[str], None], paths: list[str]) -> Fix:
    def run() -> None:
        for path in paths:
            act(path)

    return run


def _pruned(inbox: Inbox, now: float) -> Fix:
    def run() -> None:
        retention.prune(inbox, now)

    return run


CHECKS: list[Check] = [
    damaged_events,
    logged_problems,
    lost_reports,
    leftovers,
    spooled_reports,
    swept_transcripts,
    unfinished_erasure,
    private,
    size,
    old_events,
    orphans,
]
