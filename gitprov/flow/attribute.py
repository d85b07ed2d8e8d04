"""Per file of a commit: the fold of its evidence over the content that the commit holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import Folded, Step, begin, fold
from gitprov.attribution.outcome import Marks, Outcome, outcome
from gitprov.errors import Damaged
from gitprov.git.changes import REGULAR, FileChange
from gitprov.git.repo import Repository
from gitprov.model import canonical
from gitprov.model.event import ContentRef, Event
from gitprov.model.hunk import Hunk
from gitprov.model.note import Claim, Note, Row
from gitprov.model.ranges import LineSet
from gitprov.store.inbox import Inbox

#: Sources from here on are claims of a commit being amended, not events of the inbox.
CARRIED = 1 << 40


class Carried(NamedTuple):
    """A claim of the commit being amended, taking part in the fold as a source of its own."""

    row: Row
    cls: str


class FileResult(NamedTuple):
    """One file of the commit. `events` are its evidence by seq; `unread` says which could not be read, and why."""

    path: str
    outcome: Outcome
    events: dict[int, Event]
    carried: dict[int, Carried]
    unread: dict[int, str]


class Job(NamedTuple):
    """One file to work out: contents at the start (before all evidence) and in the commit, and what it adds."""

    path: str
    start: bytes
    final: bytes
    added: tuple[Hunk, ...]
    events: list[Event]
    claims: list[Claim]


def jobs(
    repo: Repository,
    changes: list[FileChange],
    events: list[Event],
    amended: Amended | None,
) -> Iterator[Job]:
    """A job for each changed file that evidence, or the commit being amended, says something about."""
    by_path: dict[str, list[Event]] = {}
    for event in events:
        by_path.setdefault(event.path, []).append(event)
    for change in changes:
        was = amended.path_of(change.path) if amended else change.old_path
        own = {event.seq: event for path in {change.path, was} for event in by_path.get(path, ())}
        claims = amended.note.claims(was) if amended else []
        regular = change.has_text or (change.status == "D" and change.old_mode in REGULAR)
        if (own or claims) and regular:
            start = amended.content(was) if amended else _content(repo, change.old_oid, change.old_mode)
            final = _content(repo, change.new_oid, change.new_mode)
            added = change.hunks or _unshown(repo, change, final)
            yield Job(change.path, start, final, added, [own[seq] for seq in sorted(own)], claims)


class Amended:
    """The commit that is about to be replaced: its note, and its files under the names they have now."""

    def __init__(self, repo: Repository, commit: str, note: Note, changes: list[FileChange]) -> None:
        self.note = note
        self._repo = repo
        self._commit = commit
        self._old = {change.path: change.old_path for change in changes if change.status != "A"}

    def path_of(self, path: str) -> str:
        """What a file of the new commit was called in the old one."""
        return self._old.get(path, path)

    def content(self, path: str) -> bytes:
        """A file of the old commit; empty where it had none."""
        listed = self._repo.run(
            "--literal-pathspecs", "ls-tree", "-z", "--full-tree", self._commit, "--", path
        )
        words = listed.split(b"\t")[0].split(b" ")
        if len(words) != 3 or words[1] != b"blob":
            return b""
        return self._repo.objects.blob(words[2].decode("ascii"))


def _content(repo: Repository, oid: str, mode: str) -> bytes:
    return repo.objects.blob(oid) if mode in REGULAR else b""


def _unshown(repo: Repository, change: FileChange, final: bytes) -> tuple[Hunk, ...]:
    """Git shows no hunks for a file that its attributes call binary; its lines are told by the same engine."""
    if change.old_oid == change.new_oid:
        return ()
    return tuple(hunks(_content(repo, change.old_oid, change.old_mode), final))


class Attributor:
    """Works out jobs. `view` gives the work tree's content of a path, None where it cannot be seen."""

    def __init__(
        self,
        inbox: Inbox,
        marks: dict[int, Marks],
        view: Callable[[str, bytes], bytes | None],
        clean: Callable[[str, bytes], bytes] | None = None,
    ) -> None:
        self._inbox = inbox
        self._marks = marks
        self._view = view
        self._clean = clean

    def work_out(self, job: Job) -> FileResult:
        """Fold the evidence of one file over its committed content."""
        folded, carried, unread = self.fold(job)
        marks = {seq: self._marks[seq] for seq in folded.created if seq in self._marks}
        view = self._view(job.path, job.final)
        seen = None if view is None else self._as_stored(view, job)
        settled = outcome(folded, job.final, job.added, seen, marks)
        return FileResult(job.path, settled, {event.seq: event for event in job.events}, carried, unread)

    def fold(self, job: Job) -> tuple[Folded, dict[int, Carried], dict[int, str]]:
        """The state after all evidence that can be read, the sources of the amended commit, and what is unreadable."""
        folded = begin(job.start)
        carried = _carry(folded, job.claims)
        unread: dict[int, str] = {}
        known = {canonical.digest(data): data for data in (job.start, job.final)}
        for event in job.events:
            try:
                before, after = (self._read(ref, known, job) for ref in (event.before, event.after))
            except Damaged as error:
                unread[event.seq] = error.message
                folded.created.setdefault(event.seq, set())
                continue
            folded = fold(folded, [Step(event.seq, before, after, event.type == "human")])
        return folded, carried, unread

    def _read(self, ref: ContentRef | None, known: dict[str, bytes], job: Job) -> bytes:
        """Content of an event. Damaged where it is missing or was never kept."""
        if ref is None:
            return b""
        data = known[ref.digest] if ref.digest in known else self._inbox.get_blob(ref)
        return self._as_stored(data, job)

    def _as_stored(self, data: bytes, job: Job) -> bytes:
        """Content of the work tree as the repository keeps it: evidence shows files on disk."""
        if data in (job.start, job.final):
            return data
        if self._clean is not None:
            data = self._clean(job.path, data)
        if b"\r\n" in data and b"\r\n" not in job.final and b"\r\n" not in job.start:
            data = data.replace(b"\r\n", b"\n")
        return data


def _carry(folded: Folded, claims: list[Claim]) -> dict[int, Carried]:
    """Label the lines that the amended commit's note claims; the weakest claim comes first and keeps the line."""
    carried: dict[int, Carried] = {}
    taken: set[int] = set()
    for n, claim in enumerate(claims):
        source = CARRIED + n
        carried[source] = Carried(claim.row, claim.cls)
        lines = {line - 1 for line in claim.lines if line <= len(folded.origins)} - taken
        taken |= lines
        folded.created[source] = lines
        if claim.cls == "human":
            folded.people.add(source)
        for line in lines:
            folded.origins[line] = (source, line, claim.cls == "edited")
    return carried


def line_set(text: str) -> LineSet:
    """A range list from the inbox; one that cannot be read claims nothing."""
    try:
        return LineSet.parse(text)
    except ValueError:
        return LineSet()
