"""Lines that no commit contains yet: the inbox's claims for files in the work tree."""

from __future__ import annotations

from collections.abc import Callable

from gitprov.attribution.diff import hunks
from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.context import CommitContext
from gitprov.flow.evidence.attribute import Attributor, FileJob, FileResult, renamed
from gitprov.flow.evidence.gather import Evidence, gather
from gitprov.flow.evidence.renames import follow
from gitprov.git.files.tree import blobs
from gitprov.model.event import Event, Turn
from gitprov.model.ids import human_id
from gitprov.model.notes.note import Claim
from gitprov.model.notes.rows import HumanRow, LineRow, TraceRow
from gitprov.model.notes.spent import Spent
from gitprov.model.untrusted.plausible import CLASSES
from gitprov.store.inbox.inbox import Inbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.files.diff import FileChange
    from gitprov.git.repo import Repository


def look(inbox: Inbox) -> Evidence:
    """The evidence, completed from transcripts; not completed where the inbox cannot be written."""
    try:
        return gather(inbox)
    except OSError:
        return gather(inbox, complete=False)


class Uncommitted:
    """The inbox's claims for files in the work tree. The evidence is read at the first call."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._inbox = open_inbox(repo.inbox_dir, repo.env)
        self._context = CommitContext(repo, lambda *_: None)
        self._evidence: Evidence | None = None
        self._spent: dict[int, Spent] = {}

    def claims(self, path: str, content: bytes) -> list[Claim]:
        """Lines of `content` (1-based) added by events on `path` and in no commit, weakest class first.

        A claim's row is the note row that the next commit would write, with two differences: `id` is None
        where no commit has used the turn yet, and `turn` names the turn.
        """
        if not self._read().events:
            return []
        oids = blobs(self._repo, "HEAD", [path])
        changes = [] if path in oids else self._staged()
        old = path if path in oids else _old_path(changes, path)
        if old is not None and old != path:
            oids = blobs(self._repo, "HEAD", [old])
        all_events = follow(self._context, changes, renamed(self._repo, self._read().events, self._spent))
        events = [event for event in all_events if event.path in (path, old)]
        if not events:
            return []
        start = self._repo.objects.blob(oids[old]) if old is not None else b""
        result = self._fold(FileJob(path, start, content, tuple(hunks(start, content)), events, [], was=old))
        claims = [
            Claim(lines, cls, self._row(result.events[seq]))
            for seq, classes in result.outcome.lines.items()
            for cls, lines in classes.items()
        ]
        return sorted(claims, key=lambda claim: -CLASSES.index(claim.cls))

    def _fold(self, job: FileJob) -> FileResult:
        evidence, view = self._read(), self._context.view
        worker = Attributor(self._repo, self._inbox, evidence, self._spent, view, [job.path], None)
        return worker.attribute_file(job)

    def _read(self) -> Evidence:
        if self._evidence is None:
            self._evidence = look(self._inbox)
            self._spent = {event.seq: self._inbox.spent(event.seq) for event in self._evidence.events}
        return self._evidence

    def _staged(self) -> list[FileChange]:
        """The index's changes, for files that HEAD does not have under their path."""
        from gitprov.git.files.diff import staged

        head = self._repo.resolve("HEAD")
        return staged(self._repo, head) if head else []

    def _row(self, event: Event) -> LineRow:
        if event.type == "human":
            author = event.human or ""
            return HumanRow.make(human_id(author), author=author, evidence="captured")
        turn = self._read().turns.get((event.key or "", event.turn or ""))
        return trace_row(event, turn, self._spent[event.seq].trace)


def _old_path(changes: list[FileChange], path: str) -> str | None:
    """The path in HEAD of a file that is renamed in the index; None for other files."""
    return next((one.old_path for one in changes if one.status in "RC" and one.path == path), None)


def trace_row(event: Event, turn: Turn | None, trace: str | None) -> TraceRow:
    """A note row's facts of an event's turn. `id`: its generation, None where it is not frozen yet."""
    turn_facts = turn or Turn("", "")
    facts = {
        "kind": "trace",
        "id": trace,
        "agent": turn_facts.agent or event.agent,
        "model": turn_facts.model or event.model,
        "session": turn_facts.session or event.session,
        "turn": event.turn,
        "at": turn_facts.at or event.at,
        "prompt": None if turn_facts.prompt is None else turn_facts.prompt.digest,
        "prompt_version": turn_facts.prompt_version,
        "human": None,
        "evidence": "captured",
    }
    return TraceRow(facts)


def uncommitted(repo: Repository, unsaved: bytes | None = None) -> Callable[[str], list[Claim]] | None:
    """A function from a path to the inbox's claims for an unsaved text of the file, else for that on disk.

    None where there is no work tree or no inbox.
    """
    if repo.worktree is None or not open_inbox(repo.inbox_dir, repo.env).exists():
        return None
    from gitprov.flow.work_tree import on_disk

    inbox_claims = Uncommitted(repo)
    return lambda path: inbox_claims.claims(path, on_disk(repo, path) if unsaved is None else unsaved)
