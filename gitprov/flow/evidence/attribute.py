"""Per file of a commit: fold its evidence over the content that the commit contains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from gitprov.attribution.diff import unshown
from gitprov.attribution.fold import fold
from gitprov.attribution.layout.language import language_of
from gitprov.attribution.outcome import AmendedClaim, Outcome, Tally, outcome
from gitprov.attribution.recall import gone_for_good, put_aside, restore
from gitprov.attribution.state import Folded, FoldStep, Part, begin
from gitprov.errors import Damaged
from gitprov.flow.evidence.gather import Evidence
from gitprov.flow.evidence.replacement import make_after
from gitprov.flow.evidence.stashes import SeenContent, shelved, sighted
from gitprov.git.files.diff import REGULAR, FileChange
from gitprov.git.repo import Repository
from gitprov.model import canonical
from gitprov.model.event import ContentRef, Event
from gitprov.model.named import NamedTuple
from gitprov.model.notes.rows import TraceRow
from gitprov.model.notes.spent import Spent
from gitprov.model.ranges import Hunk, LineSet, shared_out
from gitprov.store.inbox.inbox import Inbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.attribution.matching.moved_block import RemovedLines
    from gitprov.model.notes.note import Claim, Note

#: Sources with this number or a higher one are claims of a commit being amended, not events of the inbox.
CARRIED = 1 << 40


class FileResult(NamedTuple):
    """One file of the commit. `events`: its evidence by seq. `unread`: seq → why an event cannot be read.

    `raw`: seq → number of lines that the edit added. `gone`: lines that left the file. `arrived`: those of
    `events` that belong to another file, from which a block of lines was moved to this one.
    """

    path: str
    outcome: Outcome
    events: dict[int, Event]
    carried: dict[int, AmendedClaim]
    unread: dict[int, str]
    raw: dict[int, int]
    gone: tuple[RemovedLines, ...] = ()
    arrived: frozenset[int] = frozenset()


class FileJob(NamedTuple):
    """One file to attribute: content at the start (before all evidence) and in the commit, and added hunks.

    `claims`: claims of a commit being amended, on `old`, its version of the file, which is named `was` there.
    """

    path: str
    start: bytes
    final: bytes
    added: tuple[Hunk, ...]
    events: list[Event]
    claims: list[Claim]
    old: bytes = b""
    was: str | None = None


def jobs(
    repo: Repository,
    changes: list[FileChange],
    events: list[Event],
    amended: AmendedCommit | None,
) -> Iterator[FileJob]:
    """A job for each changed file that has evidence, or claims in the note of the commit being amended."""
    by_path: dict[str, list[Event]] = {}
    for event in events:
        by_path.setdefault(event.path, []).append(event)
    changed_paths = set()
    for change in changes:
        was = amended.path_of(change.path) if amended else change.old_path
        changed_paths.add(was)
        names = {change.path, change.old_path, was}
        by_seq = {event.seq: event for path in names for event in by_path.get(path, ())}
        claims = amended.claims(was) if amended else []
        regular = change.has_text or (change.status == "D" and change.old_mode in REGULAR)
        if (by_seq or claims) and regular:
            start, final = _sides(repo, change)
            added = unshown(start, final) if change.opaque else change.hunks
            old = amended.content(was) if amended and claims else b""
            file_events = _linked([by_seq[seq] for seq in sorted(by_seq)])
            yield FileJob(change.path, start, final, added, file_events, claims, old, was)
    if amended:
        yield from amended.reverted_files(changed_paths)


def _linked(events: list[Event]) -> list[Event]:
    if not any(event.is_unordered for event in events):
        return events
    from gitprov.attribution.links import linked

    return linked(events)


def _sides(repo: Repository, change: FileChange) -> tuple[bytes, bytes]:
    """Contents before and after; empty on a side that is no regular file."""
    sides = ((change.old_oid, change.old_mode), (change.new_oid, change.new_mode))
    old, new = (repo.objects.blob(oid) if mode in REGULAR else b"" for oid, mode in sides)
    return old, new


class AmendedCommit:
    """The commit that will be replaced: its note, and its files by their present names.

    `base`: the new commit's first parent, None without one. `changes`: from the old commit to the new one.
    """

    def __init__(
        self, repo: Repository, commit: str, note: Note, base: str | None, changes: list[FileChange]
    ) -> None:
        self.note = note
        self._repo = repo
        self._commit = commit
        self._base = base
        self._old = {change.path: change.old_path for change in changes if change.status != "A"}

    def path_of(self, path: str) -> str:
        """The path in the old commit of a file of the new commit."""
        return self._old.get(path, path)

    def claims(self, path: str) -> list[Claim]:
        """The note's claims for a file. A row that only counts deleted lines, or only says why lines were not
        compared, gives a claim without lines.
        """
        from gitprov.model.notes.note import Claim

        claims = self.note.claims(path)
        row_ids = {claim.row.id for claim in claims}
        silent = [
            row
            for row in self.note.rows_of(path)
            if isinstance(row, TraceRow)
            and row.id not in row_ids
            and (row.deleted(path) or row.bounded(path))
        ]
        return claims + [Claim(LineSet(), "ai", row) for row in silent]

    def content(self, path: str) -> bytes:
        """A file of the old commit; empty where it has no such file."""
        from gitprov.git.files.tree import regular_blobs

        oids = regular_blobs(self._repo, self._commit, [path])
        return self._repo.objects.blob(oids[path]) if oids else b""

    def reverted_files(self, changed_paths: set[str]) -> Iterator[FileJob]:
        """Jobs for files that the old commit changed and the new one does not: their lines count as dropped.

        `changed_paths`: old paths of the files that the new commit changes.
        """
        from gitprov.git.files.tree import regular_blobs

        paths = [path for path in self.note.paths() if path not in changed_paths]
        old = regular_blobs(self._repo, self._commit, paths)
        new = regular_blobs(self._repo, self._base, old) if self._base else {}
        for path, oid in old.items():  # a file that the old commit lacks has no claimed lines
            claims = self.note.claims(path)
            if claims:
                final = self._repo.objects.blob(new[path]) if path in new else b""
                yield FileJob(path, final, final, (), [], claims, self._repo.objects.blob(oid))


class _Carried(NamedTuple):
    """An amended commit's claims on one file, by source, what became of them, and the lines that left it."""

    outcome: Outcome
    claims: dict[int, AmendedClaim]
    gone: tuple[RemovedLines, ...]


class Attributor:
    """Attributes the files at `paths`, by the evidence of an inbox.

    `spent`: seq → what earlier commits took of an event. `view` returns the work tree's content of a path,
    None where it cannot be read. Versions in stashes and in the commits `aside` are not gone; `aside` None:
    what is gone is not of interest, and they are not read.
    """

    def __init__(
        self,
        repo: Repository,
        inbox: Inbox,
        evidence: Evidence,
        spent: Mapping[int, Spent],
        view: Callable[[str], bytes | None],
        paths: Iterable[str],
        aside: Iterable[str] | None = (),
    ) -> None:
        self._repo = repo
        self._attributed = list(paths)
        self._inbox = inbox
        self._spent = spent
        self._view = view
        self._sighted = sighted(repo, inbox)
        self._shelved = shelved(repo, aside) if aside is not None else None
        self._recorded = {event.seq: event.path for event in evidence.events}
        self._last: tuple[bytes | None, FileJob | None, bytes] = None, None, b""

    @cached_property
    def _clean(self) -> Callable[[str, bytes], bytes] | None:
        """The conversion of contents on disk, None where there is none.

        Git is asked only for a content that is neither the commit's nor its parent's: it costs a process.
        """
        from gitprov.git.files.filters import cleaner

        return cleaner(self._repo, self._attributed)

    def attribute_file(self, job: FileJob) -> FileResult:
        """Fold the evidence of one file over its committed content."""
        view = self._view(job.path)
        seen = None if view is None else self._as_stored(view, job)
        carried = self._carry(job, seen) if job.claims else None
        if carried is not None and not job.events:
            return FileResult(job.path, carried.outcome, {}, carried.claims, {}, {}, carried.gone)
        folded, unread = self.fold(job)
        marks = {seq: self._spent[seq] for seq in folded.created if seq in self._spent}
        aside = (
            [self._as_stored(data, job) for data in self._shelved(self._paths(job))] if self._shelved else []
        )
        settled = outcome(folded, job.final, job.added, seen, marks, aside)
        gone = _shed(job.path, folded, settled.tallies)
        events = {event.seq: event for event in job.events}
        raw = {
            seq: len(lines) for seq, lines in folded.created.items() if seq in events and seq not in unread
        }
        if carried is None:
            return FileResult(job.path, settled, events, {}, unread, raw, gone)
        both = _with_carried(settled, carried.outcome)
        return FileResult(job.path, both, events, carried.claims, unread, raw, (*gone, *carried.gone))

    def fold(self, job: FileJob) -> tuple[Folded, dict[int, str]]:
        """The state after all readable evidence, and seq → why an event cannot be read."""
        unread: dict[int, str] = {}
        settled: dict[int, LineSet] = {}
        folded = begin(job.start, job.final, settled, language_of(job.path))
        waiting = self._sighted(self._paths(job)) if self._sighted else []
        for event, step in self._steps(job, job.events, unread):
            while waiting and waiting[0].seq <= event.seq:
                folded = self._see(folded, waiting.pop(0), job)
            if step is None:
                folded.created.setdefault(event.seq, set())
            else:
                marks = self._spent.get(event.seq, Spent())
                settled[event.seq] = marks.lines | gone_for_good(marks.dropped, step.after, job.final)
                folded = fold(folded, [step])
        for sighting in waiting:
            folded = self._see(folded, sighting, job)
        return folded, unread

    def _see(self, folded: Folded, sighting: SeenContent, job: FileJob) -> Folded:
        content = self._as_stored(sighting.content, job)
        return restore(folded, content) if sighting.back else put_aside(folded, content)

    def _carry(self, job: FileJob, seen: bytes | None) -> _Carried:
        """The amended commit's claims after the amendment.

        The old content is labelled with its claims; then later edits are folded over it.
        """
        folded = begin(job.old, job.final, language=language_of(job.path))
        carried = _label(folded, job)
        since = [event for event in job.events if not self._is_used(event)]
        before = folded.copy() if since else None  # without later edits, both states are the same
        for _, step in self._steps(job, since, {}):
            if step is not None:
                folded = fold(folded, [step])
        done = outcome(folded, job.final, job.added, seen, {}, before=before)
        lines = {source: classes for source, classes in done.lines.items() if source in carried}
        tallies = {source: done.tallies[source] for source in carried}
        gone = (*_shed(job.path, folded, tallies), *(_shed(job.path, before, tallies) if before else ()))
        return _Carried(Outcome(lines, tallies, done.bounded), carried, gone)

    def _is_used(self, event: Event) -> bool:
        """Whether an earlier commit has used an event.

        A person's event belongs to no generation; a commit only marks its lines.
        """
        mark = self._spent.get(event.seq)
        return mark is not None and bool(
            mark.trace or (event.type == "human" and (mark.lines or mark.dropped))
        )

    def _paths(self, job: FileJob) -> set[str]:
        """Present and former paths of a job's file; a stash may have it under the path as it was recorded."""
        recorded = (self._recorded.get(event.seq, job.path) for event in job.events)
        return {job.path, job.was or job.path, *recorded}

    def _steps(
        self, job: FileJob, events: list[Event], unread: dict[int, str]
    ) -> Iterator[tuple[Event, FoldStep | None]]:
        """Each event with its contents; where they cannot be read, None, and the reason in `unread`."""
        contents = {canonical.digest(data): data for data in (job.start, job.final)}
        for event in events:
            try:
                before = self._read(event.before, contents, job)
                make_after(self._inbox, event)
                after = self._read(event.after, contents, job)
            except Damaged as error:
                unread[event.seq] = error.message
                yield event, None
                continue
            yield event, FoldStep(event.seq, before, after, event.type == "human")

    def _read(self, ref: ContentRef | None, contents: dict[str, bytes], job: FileJob) -> bytes:
        """Content of an event. Damaged where it is missing or was never stored."""
        if ref is None:
            return b""
        data = contents[ref.digest] if ref.digest in contents else self._inbox.get_blob(ref)
        return self._as_stored(data, job)

    def _as_stored(self, data: bytes, job: FileJob) -> bytes:
        """A work tree's content as the repository stores it: evidence consists of files on disk."""
        if self._last[0] is not data or self._last[1] is not job:  # most are `after` and then `before`
            self._last = data, job, self._converted(data, job)
        return self._last[2]

    def _converted(self, data: bytes, job: FileJob) -> bytes:
        if data in (job.start, job.final):
            return data
        if self._clean is not None:
            data = self._clean(job.path, data)
        # The search for one byte first is several times as fast as that for two.
        if b"\r" in data and b"\r\n" in data and b"\r\n" not in job.final and b"\r\n" not in job.start:
            data = data.replace(b"\r\n", b"\n")
        return data


def _shed(path: str, folded: Folded, tallies: Mapping[int, Tally]) -> tuple[RemovedLines, ...]:
    """The lines that left a file; most commits drop none."""
    if not any(tally.dropped for tally in tallies.values()):
        return ()
    from gitprov.attribution.matching.moved_block import shed

    return shed(path, folded, tallies)


def _label(folded: Folded, job: FileJob) -> dict[int, AmendedClaim]:
    """Label the lines that the amended commit's note claims; of two claims the weaker one keeps the line."""
    carried: dict[int, AmendedClaim] = {}
    seen: set[int] = set()
    whole = LineSet.of_runs([(1, len(folded.origins))] if folded.origins else [])
    shares = shared_out([claim.lines & whole for claim in job.claims])
    path = job.was or job.path
    for n, (claim, share) in enumerate(zip(job.claims, shares, strict=True)):
        source = CARRIED + n
        lines = {line - 1 for line in share}
        first = job.start != job.final and id(claim.row) not in seen
        seen.add(id(claim.row))
        gone = claim.row.deleted(path) if first else 0
        folded.layout.raw[source] = (Part(0, job.old),)
        reason = claim.row.bounded(path) if job.final not in (b"", job.start) else None
        carried[source] = AmendedClaim(claim.row, claim.cls, len(lines), gone, reason)
        folded.created[source] = lines
        if claim.cls == "human":
            folded.people.add(source)
        for line in lines:
            folded.origins[line] = (source, line, claim.cls == "edited")
    return carried


def _with_carried(settled: Outcome, carried: Outcome) -> Outcome:
    """Evidence of the inbox comes first; a line that it does not claim keeps the amended commit's claim."""
    taken = {line for classes in settled.lines.values() for lines in classes.values() for line in lines}
    rest = {
        source: {cls: LineSet(line for line in lines if line not in taken) for cls, lines in classes.items()}
        for source, classes in carried.lines.items()
    }
    tallies = {**settled.tallies, **carried.tallies}
    return Outcome({**settled.lines, **rest}, tallies, settled.bounded or carried.bounded)


def renamed(repo: Repository, events: list[Event], marks: Mapping[int, Spent]) -> list[Event]:
    """The events under the paths that commits gave their files; under the old path where only that exists.

    A rename belongs to one branch. A stash or another branch may still have the file under its old path.
    """
    names = [marks[event.seq].path if event.seq in marks else None for event in events]
    moved = {
        (event.path, name) for event, name in zip(events, names, strict=True) if name and name != event.path
    }
    objects = repo.objects
    new = {(old, name) for old, name in moved if not objects.get(f":{old}") or objects.get(f":{name}")}
    return [
        event._replace(path=name) if name and (event.path, name) in new else event
        for event, name in zip(events, names, strict=True)
    ]
