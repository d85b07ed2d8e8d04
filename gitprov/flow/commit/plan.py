"""From evidence and a staged state to the plan of a commit: note rows, trailers, generations, refusals."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gitprov.attribution.outcome import Tally
from gitprov.flow.capture.redaction import stored
from gitprov.flow.change import CommitChange, added_count, fingerprint
from gitprov.flow.commit import refusals as guard
from gitprov.flow.commit.note import EvidenceRows
from gitprov.flow.context import CommitContext
from gitprov.flow.evidence import attribute
from gitprov.flow.evidence.attribute import AmendedCommit, Attributor, FileResult
from gitprov.flow.evidence.freeze import Freezer, Frozen, groups
from gitprov.flow.evidence.gather import Evidence, EvidenceBound, concerned, gather
from gitprov.flow.git_state import joining, names_sources
from gitprov.git.repo import Repository
from gitprov.git.write import BlobWriter
from gitprov.interop.trailers import TraceFacts, commit_trailers
from gitprov.model.event import Event, Problem
from gitprov.model.notes.rows import Inherited, NoteRow, TraceRow
from gitprov.model.notes.spent import Spent
from gitprov.store.files import make_dir
from gitprov.store.inbox import waiting
from gitprov.store.plan import Plan, blobs_path, directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from gitprov.model.finding import Finding
    from gitprov.model.notes.note import Note


def make_plan(
    context: CommitContext,
    commit_change: CommitChange,
    out: IO[bytes] | None = None,
    bound: EvidenceBound | None = None,
) -> Plan | None:
    """The plan of a commit; None where no evidence, refusal, inherited line or amended note concerns it.

    Writes the contents of new generations to `out`, by default to the plan's blobs file; the caller saves the
    plan. `bound`: which events may be used, all by default.
    """
    live = context.inbox.seqs()
    evidence = gather(context.inbox, seqs=concerned(context, commit_change, live))
    evidence = evidence._replace(last=max(live, default=0)).within(bound or EvidenceBound())
    marks = {event.seq: context.inbox.spent(event.seq) for event in evidence.events}
    amended = amended_note(context.repo, commit_change)
    results = _results(context, commit_change, evidence, marks, amended)
    names = {path for change in commit_change.changes for path in (change.path, change.old_path)}
    damaged = [one for one in evidence.problems if _concerns(context, one, evidence, names)]
    inherited = _inherited(context, commit_change)
    silent = not results and not damaged and amended is None and not inherited
    if silent and not guard.refusals(context, commit_change, []):
        return None
    with out or _blobs_file(context.repo) as file:
        blobs = BlobWriter(file)
        frozen = _freeze(context, evidence, results, marks, blobs)
        blobs.finish()
    return _Planner(context, commit_change, evidence, marks, results, frozen, inherited, amended).plan(
        damaged
    )


def _blobs_file(repo: Repository) -> IO[bytes]:
    make_dir(directory(repo.git_dir))
    return os.fdopen(os.open(blobs_path(repo.git_dir), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _inherited(context: CommitContext, commit_change: CommitChange) -> Inherited:
    """The claims of other commits that hold for this one; an ordinary commit has no other."""
    if commit_change.sources is None and not names_sources(context.repo):
        return Inherited([])
    from gitprov.flow.carry.next_commit import inherited_by

    return inherited_by(context, commit_change)


def amended_note(repo: Repository, commit_change: CommitChange) -> Note | None:
    """The note of the commit that is being amended; None where none is amended or it has no note.

    None too where a rebase joins commits, which amends the first: at its end it names all of them, and their
    claims are carried from there.
    """
    if commit_change.amended is None or joining(repo):
        return None
    from gitprov.store import notes

    return notes.read(repo, [commit_change.amended]).get(commit_change.amended)


def _results(
    context: CommitContext,
    commit_change: CommitChange,
    evidence: Evidence,
    marks: dict[int, Spent],
    note: Note | None,
) -> list[FileResult]:
    old = commit_change.amended
    base = commit_change.parents[0] if commit_change.parents else None
    amended = AmendedCommit(context.repo, old, note, base, commit_change.work) if note and old else None
    events = _present(context, commit_change, attribute.renamed(context.repo, evidence.events, marks))
    jobs = list(attribute.jobs(context.repo, commit_change.changes, events, amended))

    def worker(paths: Iterable[str]) -> Attributor:
        return Attributor(context.repo, context.inbox, evidence, marks, context.view, paths)

    main = worker(job.path for job in jobs) if jobs else None
    results = [main.attribute_file(job) for job in jobs] if main is not None else []
    names = {name for change in commit_change.changes for name in (change.path, change.old_path)}
    apart = [event for event in events if event.path not in names]
    if not apart and not any(result.gone for result in results):
        return results
    from gitprov.flow.evidence.moved_blocks import CommitEvidence, settled

    return settled(context, CommitEvidence(commit_change.changes, apart, marks), results, worker)


def _present(context: CommitContext, commit_change: CommitChange, events: list[Event]) -> list[Event]:
    """The events under the paths that their files have in the commit."""
    if all(os.path.lexists(context.repo.place(path)) for path in {event.path for event in events}):
        return events
    from gitprov.flow.evidence.renames import follow

    return follow(context, commit_change.changes, events)


def _freeze(
    context: CommitContext,
    evidence: Evidence,
    results: list[FileResult],
    marks: dict[int, Spent],
    blobs: BlobWriter,
) -> list[Frozen]:
    """New generations for the turns that this commit uses and whose events are not all in a generation."""
    used = {seq for result in results for seq in _used(result)}
    loose = groups(evidence, lambda seq: marks[seq].trace)
    events_by_turn = {
        name: events for name, events in loose.items() if used & {event.seq for event in events}
    }
    if not events_by_turn:
        return []
    raw = {seq: lines for result in results for seq, lines in result.raw.items()}
    freezer = Freezer(
        context.inbox,
        context.config,
        context.repo.object_format,
        context.human(),
        blobs,
        raw,
        stored(context.repo, context.config),
    )
    freezer.store(event for events in events_by_turn.values() for event in events)
    return [freezer.freeze(evidence.turns[name], events) for name, events in events_by_turn.items()]


def _used(result: FileResult) -> set[int]:
    """Events that concern this commit.

    These are the events that added or removed a line of it, that cannot be read, or that were not compared.
    """
    if result.outcome.bounded:
        return set(result.events)
    gone = {seq for seq, tally in result.outcome.tallies.items() if tally.gone}
    return (set(result.outcome.lines) | gone | set(result.unread)) & set(result.events)


def _concerns(context: CommitContext, problem: Problem, evidence: Evidence, paths: set[str]) -> bool:
    """Whether a problem may concern `paths`: its event does, or it is an event file whose path is unknown."""
    event_paths = {event.seq: event.path for event in evidence.events}
    if problem.seq in event_paths:
        return event_paths[problem.seq] in paths
    names = waiting.paths_of(context.inbox, problem.seq) if problem.seq is not None else None
    return problem.where.startswith("events/") and (names is None or not names.isdisjoint(paths))


PlannedTrailer = tuple[str, str, tuple[str, ...]]
"""Key and value of a trailer, and the traces that it names."""


class _Planner:
    """Assembles the plan from results, generations and inherited rows."""

    def __init__(
        self,
        context: CommitContext,
        commit_change: CommitChange,
        evidence: Evidence,
        marks: dict[int, Spent],
        results: list[FileResult],
        frozen: list[Frozen],
        inherited: Inherited,
        amended: Note | None,
    ) -> None:
        self._context = context
        self._commit_change = commit_change
        self._evidence = evidence
        self._marks = marks
        self._results = results
        self._frozen = frozen
        self._inherited = inherited
        self._trace = {seq: mark.trace for seq, mark in marks.items() if mark.trace}
        self._trace.update({seq: one.id for one in frozen for seq in one.seqs})
        self._reported = {event.seq: event.path for event in evidence.events}
        self._amended = amended
        self._note = EvidenceRows(
            context,
            results,
            self._trace,
            {generation.id: generation.record for generation in frozen},
            amended,
        )

    def plan(self, damaged: list[Problem]) -> Plan:
        """The whole plan."""
        evidence_rows = self._note.rows()
        rows = self._with_inherited(evidence_rows)
        traces = [row for row in rows if isinstance(row, TraceRow)]
        evidence_traces = [row for row in evidence_rows if isinstance(row, TraceRow)]
        refusals = self._refusals(traces, evidence_traces, damaged)
        trailers = self._trailers(traces)
        return Plan(
            changes=fingerprint(self._commit_change),
            base=self._commit_change.head,
            amend=self._commit_change.amended is not None,
            rows=tuple(rows),
            trailers=tuple(trailers),
            spent=self._spent(),
            finished=self._finished(),
            used=tuple((*one.turn, one.id) for one in self._frozen),
            added=added_count(self._commit_change.changes),
            refusals=tuple(refusals),
            stale=self._stale(trailers),
            moment=self._context.repo.env.get("GIT_AUTHOR_DATE"),
            attempt=self._context.attempt,
            inherited=self._inherited.gate,
            dropped=self._inherited.dropped,
            problem=self._inherited.problem,
            noted=self._inherited.noted or self._amended is not None,
            last=self._evidence.last,
        )

    def _with_inherited(self, evidence_rows: list[NoteRow]) -> list[NoteRow]:
        """Rows from evidence come first; a line that they do not claim keeps the claim of another commit."""
        if not self._inherited.rows:
            return evidence_rows
        from gitprov.flow.carry.write_notes import beside
        from gitprov.model.notes.note import Note

        return list(beside(Note(evidence_rows), Note(self._inherited.rows)).rows.values())

    def _refusals(
        self, traces: list[TraceRow], evidence_traces: list[TraceRow], damaged: list[Problem]
    ) -> list[Finding]:
        config = self._context.config
        unread = [
            guard.unreadable(self._context, result.path, seq, self._trace.get(seq), why)
            for result in self._results
            for seq, why in result.unread.items()
            if result.events[seq].type == "ai" and _was_kept(result.events[seq])
        ]
        return [
            *guard.refusals(self._context, self._commit_change, traces),
            *unread,
            *(guard.damaged(self._context, one) for one in damaged),
            *guard.incomplete(config, evidence_traces, self._note.records),
            *guard.forbidden_lines(config, traces),
        ]

    def _trailers(self, traces: Iterable[TraceRow]) -> list[PlannedTrailer]:
        config = self._context.config
        facts = [TraceFacts(row.id, row.agent, row.model, (), row.key) for row in traces]
        return commit_trailers(config.trailers, facts, config.custom_trailers)

    def _stale(self, trailers: list[PlannedTrailer]) -> tuple[tuple[str, str], ...]:
        """Trailers of the amended commit whose trace this commit, with these trailers, lacks or names
        otherwise.
        """
        before = self._trailers(self._amended.traces.values()) if self._amended else []
        still = {(key, value) for key, value, _ in trailers}
        return tuple((key, value) for key, value, _ in before if (key, value) not in still)

    def _spent(self) -> dict[int, Spent]:
        spent: dict[int, Spent] = {}
        for result in self._results:
            for seq in result.events.keys() - result.arrived:
                moved = result.path if self._reported.get(seq) != result.path else None
                new = self._with_tally(seq, result.outcome.tallies.get(seq))._replace(path=moved)
                spent[seq] = _united(spent[seq], new) if seq in spent else new
        for result in self._results:
            for seq in result.arrived:
                before, tally = spent.get(seq) or self._unchanged(seq), result.outcome.tallies[seq]
                lines = before.lines | tally.kept | tally.edited
                spent[seq] = before._replace(lines=lines, dropped=before.dropped - lines)
        for frozen in self._frozen:
            for seq in frozen.seqs:
                spent.setdefault(seq, self._unchanged(seq))
        return spent

    def _unchanged(self, seq: int) -> Spent:
        """The marks of an event from which this commit takes no line, with the trace of its turn."""
        return self._marks[seq]._replace(trace=self._trace.get(seq))

    def _with_tally(self, seq: int, tally: Tally | None) -> Spent:
        before = self._unchanged(seq)
        if tally is None:
            return before
        lines = before.lines | tally.kept | tally.edited | tally.replaced
        return before._replace(lines=lines, dropped=(before.dropped | tally.dropped) - lines)

    def _finished(self) -> frozenset[int]:
        """The events of which nothing remains after this commit."""
        return frozenset(
            seq
            for result in self._results
            for seq, tally in result.outcome.tallies.items()
            if seq in result.events.keys() - result.arrived - result.unread.keys() and tally.finished
        )


def _united(a: Spent, b: Spent) -> Spent:
    """What two files of one commit use of one event.

    This happens when a file is renamed and another file takes its name.
    """
    lines = a.lines | b.lines
    path = a.path if b.path is not None else None
    return Spent(lines, (a.dropped & b.dropped) - lines, a.trace or b.trace, path)


def _was_kept(event: Event) -> bool:
    """Whether both contents were stored with the event: only then is a missing content a loss."""
    return all(ref is None or ref.stored for ref in (event.before, event.after))
