"""The present state of evidence that no commit has used up, per file of index and work tree. Read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.evidence.attribute import Attributor, FileJob, FileResult, renamed
from gitprov.flow.evidence.gather import Evidence
from gitprov.flow.evidence.uncommitted import look
from gitprov.flow.work_tree import Disk, View
from gitprov.git.files.diff import FileChange, staged
from gitprov.git.files.tree import blobs, staged_blobs
from gitprov.model.event import Event
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import Hunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitprov.git.repo import Repository


class PendingFile(NamedTuple):
    """One file with evidence: `result` is settled against the index; `in_head`: whether HEAD has the file."""

    path: str
    result: FileResult
    in_head: bool


class PendingCase(NamedTuple):
    """One file to settle. `blob`: its blob id in the index, None where it is not tracked."""

    job: FileJob
    in_head: bool
    blob: str | None


class Pending(NamedTuple):
    """All evidence of a work tree, settled. `spent`: seq → marks of the event."""

    evidence: Evidence
    spent: dict[int, Spent]
    files: list[PendingFile]


def settle(
    repo: Repository,
    view: View | None = None,
    aside: list[str] | None = None,
    look_first: Callable[[list[PendingCase]], None] | None = None,
) -> Pending:
    """Fold every file's evidence over its staged content and its content in the work tree.

    `view` returns contents of the work tree where it cannot simply be read. Lines in the commits `aside` do
    not count as gone. `look_first` is called with the cases before they are settled.
    """
    inbox = open_inbox(repo.inbox_dir, repo.env)
    evidence = look(inbox)
    spent = {event.seq: inbox.spent(event.seq) for event in evidence.events}
    if not evidence.events:
        return Pending(evidence, spent, [])
    cases = _cases(repo, renamed(repo, evidence.events, spent))
    if look_first is not None:
        look_first(cases)
    paths = [one.job.path for one in cases]
    worker = Attributor(repo, inbox, evidence, spent, view or Disk(repo), paths, aside or [])
    files = [PendingFile(one.job.path, worker.attribute_file(one.job), one.in_head) for one in cases]
    return Pending(evidence, spent, files)


def _cases(repo: Repository, all_events: list[Event]) -> list[PendingCase]:
    """Each file that has events; a renamed file under its staged path."""
    head = repo.resolve("HEAD")
    changes = {change.path: change for change in staged(repo, head)}
    moved = {change.old_path: change.path for change in changes.values() if change.status == "R"}
    paths = sorted({moved.get(event.path, event.path) for event in all_events})
    old = {path: changes[path].old_path if path in changes else path for path in paths}
    before = blobs(repo, "HEAD", old.values()) if head is not None else {}
    after = staged_blobs(repo, paths)
    cases = []
    for path in paths:
        start = repo.objects.blob(before[old[path]]) if old[path] in before else b""
        final = repo.objects.blob(after[path]) if path in after else b""
        events = [event for event in all_events if moved.get(event.path, event.path) == path]
        added = _added(changes.get(path), start, final)
        job = FileJob(path, start, final, added, events, [], was=old[path])
        cases.append(PendingCase(job, old[path] in before, after.get(path)))
    return cases


def _added(change: FileChange | None, start: bytes, final: bytes) -> tuple[Hunk, ...]:
    """The added hunks of a staged file, as git computes them; none without a change."""
    return () if change is None else change.hunks or tuple(hunks(start, final))
