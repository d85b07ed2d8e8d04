"""What became so far of evidence that no commit has used up: per file, over index and work tree. Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.outcome import Marks
from gitprov.flow.attribute import Attributor, FileResult, Job, line_set, renamed
from gitprov.flow.evidence import Evidence
from gitprov.flow.shelf import shelved
from gitprov.flow.view import Disk, View
from gitprov.flow.worktree import look
from gitprov.git.changes import FileChange, staged
from gitprov.git.tree import blobs, staged_blobs
from gitprov.model.event import Event
from gitprov.model.hunk import Hunk
from gitprov.store.inbox import Inbox, Spent

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class PendingFile(NamedTuple):
    """One file with evidence: `result` settles it against the index; `in_head` is whether HEAD has the file."""

    path: str
    result: FileResult
    in_head: bool


class Pending(NamedTuple):
    """All evidence of a work tree, settled; `spent` are the marks of each event."""

    evidence: Evidence
    spent: dict[int, Spent]
    files: list[PendingFile]


def settle(repo: Repository, view: View | None = None, aside: list[str] | None = None) -> Pending:
    """Fold every file's evidence over what is staged and what is in the work tree.

    `view` shows the work tree where it cannot simply be read; what stands in the commits `aside` is not gone either.
    """
    inbox = Inbox(repo.inbox_dir)
    evidence = look(inbox)
    spent = {event.seq: inbox.spent(event.seq) for event in evidence.events}
    if not evidence.events:
        return Pending(evidence, spent, [])
    from gitprov.git.attributes import cleaner

    jobs = _jobs(repo, renamed(evidence.events, spent))
    marks = {seq: Marks(line_set(one.lines), line_set(one.dropped)) for seq, one in spent.items()}
    clean = cleaner(repo, [job.path for job, _ in jobs])
    worker = Attributor(inbox, marks, view or Disk(repo), clean, (), shelved(repo, aside or []))
    files = [PendingFile(job.path, worker.work_out(job), in_head) for job, in_head in jobs]
    return Pending(evidence, spent, files)


def _jobs(repo: Repository, known: list[Event]) -> list[tuple[Job, bool]]:
    """A job for each file that an event speaks of; of renamed files under the staged name."""
    head = repo.resolve("HEAD")
    changes = {change.path: change for change in staged(repo, head)}
    moved = {change.old_path: change.path for change in changes.values() if change.status == "R"}
    paths = sorted({moved.get(event.path, event.path) for event in known})
    old = {path: changes[path].old_path if path in changes else path for path in paths}
    before = blobs(repo, "HEAD", old.values()) if head is not None else {}
    after = staged_blobs(repo, paths)
    jobs = []
    for path in paths:
        start = repo.objects.blob(before[old[path]]) if old[path] in before else b""
        final = repo.objects.blob(after[path]) if path in after else b""
        events = [event for event in known if moved.get(event.path, event.path) == path]
        added = _added(changes.get(path), start, final)
        jobs.append((Job(path, start, final, added, events, []), old[path] in before))
    return jobs


def _added(change: FileChange | None, start: bytes, final: bytes) -> tuple[Hunk, ...]:
    """Git's own hunks of a staged file."""
    return () if change is None else change.hunks or tuple(hunks(start, final))
