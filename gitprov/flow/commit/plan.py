"""From evidence and a staged state to the plan of a commit: note rows, trailers, generations, refusals."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO

from gitprov.attribution import note_rows
from gitprov.attribution.inherit import Inherited
from gitprov.attribution.outcome import Tally
from gitprov.checks.gate import Refusal
from gitprov.errors import Damaged
from gitprov.flow.carry.next_commit import inherited_by
from gitprov.flow.change import CommitChange, fingerprint
from gitprov.flow.commit import refusals as guard
from gitprov.flow.context import CommitContext
from gitprov.flow.evidence import attribute, moved_blocks
from gitprov.flow.evidence.attribute import AmendedCommit, Attributor, FileResult, line_set
from gitprov.flow.evidence.freeze import Freezer, Frozen, groups
from gitprov.flow.evidence.gather import Evidence, EvidenceBound, gather
from gitprov.flow.evidence.renames import follow
from gitprov.flow.evidence.standing import stored
from gitprov.flow.evidence.stashes import shelved, sighted
from gitprov.git.repo import Repository
from gitprov.git.write import BlobWriter
from gitprov.interop.trailers import TraceFacts, commit_trailers
from gitprov.model import ids
from gitprov.model.event import Event, Problem
from gitprov.model.note import Note, Row, files_entry
from gitprov.model.ranges import LineSet
from gitprov.store import generations, notes
from gitprov.store.files import make_dir
from gitprov.store.inbox.inbox import Spent
from gitprov.store.plan import Plan, Use, blobs_path, directory


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
    evidence = gather(context.inbox).within(bound or EvidenceBound())
    marks = {event.seq: context.inbox.spent(event.seq) for event in evidence.events}
    amended = amended_note(context.repo, commit_change)
    results = _results(context, commit_change, evidence, marks, amended)
    concerned = {path for change in commit_change.changes for path in (change.path, change.old_path)}
    damaged = [one for one in evidence.problems if _concerns(one, evidence, concerned)]
    inherited = inherited_by(context, commit_change)
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


def amended_note(repo: Repository, commit_change: CommitChange) -> Note | None:
    """The note of the commit that is being amended; None where none is amended or it has no note."""
    if commit_change.amended is None:
        return None
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
    read = attribute.spent_lines(marks)
    events = follow(context, commit_change.changes, attribute.renamed(context.repo, evidence.events, marks))
    jobs = list(attribute.jobs(context.repo, commit_change.changes, events, amended))

    def worker(paths: Iterable[str]) -> Attributor:
        from gitprov.git.files.filters import cleaner

        frozen = {event.seq for event in evidence.events if _is_used(event, marks[event.seq])}
        clean = cleaner(context.repo, list(paths))
        seen = sighted(context.repo, context.inbox, evidence.events)
        kept = shelved(context.repo, evidence.events)
        return Attributor(context.inbox, read, context.view, clean, frozen, kept, seen)

    main = worker(job.path for job in jobs) if jobs else None
    results = [main.attribute_file(job) for job in jobs] if main is not None else []
    commit = moved_blocks.CommitEvidence(commit_change.changes, events, read)
    return moved_blocks.settled(context, commit, results, worker)


def _is_used(event: Event, mark: Spent) -> bool:
    """Whether an earlier commit has used an event.

    A person's event belongs to no generation; a commit only marks its lines.
    """
    return bool(mark.trace or (event.type == "human" and (mark.lines or mark.dropped)))


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
    return [freezer.freeze(evidence.turns[name], events) for name, events in events_by_turn.items()]


def _used(result: FileResult) -> set[int]:
    """Events that concern this commit.

    These are the events that added or removed a line of it, that cannot be read, or that were not compared.
    """
    if result.outcome.bounded:
        return set(result.events)
    gone = {seq for seq, tally in result.outcome.tallies.items() if tally.gone}
    return (set(result.outcome.lines) | gone | set(result.unread)) & set(result.events)


def _concerns(problem: Problem, evidence: Evidence, paths: set[str]) -> bool:
    """Whether a problem may concern `paths`: its event does, or it is an event file whose path is unknown."""
    event_paths = {event.seq: event.path for event in evidence.events}
    if problem.seq in event_paths:
        return event_paths[problem.seq] in paths
    return problem.where.startswith("events/")


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
        self._records = {one.id: one.record for one in frozen}
        self._reported = {event.seq: event.path for event in evidence.events}
        self._amended = amended

    def plan(self, damaged: list[Problem]) -> Plan:
        """The whole plan."""
        evidence_rows = self._rows()
        rows = self._with_inherited(evidence_rows)
        traces = [row for row in rows if row["kind"] == "trace"]
        refusals = self._refusals(traces, [row for row in evidence_rows if row["kind"] == "trace"], damaged)
        return Plan(
            changes=fingerprint(self._commit_change),
            base=self._commit_change.head,
            amend=self._commit_change.amended is not None,
            rows=tuple(rows),
            trailers=tuple(self._trailers(traces)),
            uses=self._uses(),
            used=tuple((*one.turn, one.id) for one in self._frozen),
            added=sum(change.added for change in self._commit_change.changes),
            refusals=tuple(one.to_json() for one in refusals),
            stale=self._stale(traces),
            moment=self._context.repo.env.get("GIT_AUTHOR_DATE"),
            attempt=self._context.attempt,
            inherited=self._inherited.gate,
            dropped=self._inherited.dropped,
            problem=self._inherited.problem,
            sought=() if rows else self._sought(),
            last=self._evidence.last,
        )

    def _sought(self) -> tuple[str, ...]:
        """Traces of the commits that this one repeats or replaces, where it contains none of their lines."""
        if self._amended is None:
            return tuple(sorted(self._inherited.traces))
        from gitprov.flow.carry.absent_traces import known_to

        old = self._context.repo.objects.commit(self._commit_change.amended)
        amended_traces = known_to([old], {old.oid: self._amended}) if old is not None else ()
        return tuple(sorted({*self._inherited.traces, *amended_traces}))

    def _with_inherited(self, evidence_rows: list[Row]) -> list[Row]:
        """Rows from evidence come first; a line that they do not claim keeps the claim of another commit."""
        if not self._inherited.rows:
            return evidence_rows
        from gitprov.flow.carry.write_notes import beside

        return list(beside(Note(evidence_rows), Note(self._inherited.rows)).rows.values())

    def _refusals(
        self, traces: list[Row], evidence_traces: list[Row], damaged: list[Problem]
    ) -> list[Refusal]:
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
            *guard.incomplete(config, evidence_traces, self._records),
            *guard.forbidden_lines(config, traces),
        ]

    def _trailers(self, traces: Iterable[Row]) -> list[tuple[str, str, tuple[str, ...]]]:
        config = self._context.config
        facts = [
            TraceFacts(row["id"], row.get("agent"), row.get("model"), (), row.get("key")) for row in traces
        ]
        return commit_trailers(config.trailers, facts, config.custom_trailers)

    def _stale(self, traces: list[Row]) -> tuple[tuple[str, str], ...]:
        """Trailers of the amended commit whose trace this commit lacks or names otherwise."""
        before = self._trailers(self._amended.traces.values()) if self._amended else []
        still = {(key, value) for key, value, _ in self._trailers(traces)}
        return tuple((key, value) for key, value, _ in before if (key, value) not in still)

    def _uses(self) -> dict[int, Use]:
        uses: dict[int, Use] = {}
        for result in self._results:
            for seq in result.events.keys() - result.arrived:
                use = self._use(seq, result.outcome.tallies.get(seq), seq in result.unread)
                use = use._replace(path=result.path if self._reported.get(seq) != result.path else None)
                uses[seq] = _united(uses[seq], use) if seq in uses else use
        for result in self._results:
            for seq in result.arrived:
                use = uses.get(seq) or self._unchanged(seq)
                tally = result.outcome.tallies[seq]
                lines = line_set(use.lines) | tally.kept | tally.edited
                uses[seq] = use._replace(lines=str(lines), dropped=str(line_set(use.dropped) - lines))
        for frozen in self._frozen:
            for seq in frozen.seqs:
                uses.setdefault(seq, self._unchanged(seq))
        return uses

    def _unchanged(self, seq: int) -> Use:
        """The use of an event from which this commit takes no line."""
        mark = self._marks[seq]
        return Use(mark.lines, mark.dropped, self._trace.get(seq), False, mark.path)

    def _use(self, seq: int, tally: Tally | None, unread: bool) -> Use:
        mark = self._marks[seq]
        if tally is None:
            return Use(mark.lines, mark.dropped, self._trace.get(seq), False)
        lines = line_set(mark.lines) | tally.kept | tally.edited | tally.replaced
        dropped = (line_set(mark.dropped) | tally.dropped) - lines
        return Use(str(lines), str(dropped), self._trace.get(seq), tally.finished and not unread)

    def _rows(self) -> list[Row]:
        rows_by_key: dict[tuple[str, str], Row] = {}
        for result in self._results:
            for source, row in self._file_rows(result):
                key = (row["kind"], row["id"])
                carried = source >= attribute.CARRIED
                rows_by_key[key] = (
                    note_rows.add(rows_by_key[key], row, carried) if key in rows_by_key else row
                )
        before = self._amended.traces if self._amended else {}
        kept = [note_rows.settled(row, before.get(row["id"])) for row in rows_by_key.values()]
        rows = sorted((row for row in kept if row["files"]), key=lambda row: row["id"])
        return [*rows, *self._reviews({row["id"] for row in rows})]

    def _reviews(self, traces: set[str]) -> list[Row]:
        """Reviews of the amended commit's traces that this commit still has."""
        reviews = self._amended.of_kind("review") if self._amended else []
        return [row for row in reviews if row["id"].partition("/")[0] in traces]

    def _file_rows(self, result: FileResult) -> Iterable[tuple[int, Row]]:
        lines, tallies, bounded = result.outcome
        groups: dict[tuple[str, str], list[int]] = {}
        for source in tallies:
            if source in result.events:
                owner = self._owner(result.events[source])
                groups.setdefault(owner, []).append(source)
        for (kind, name), sources in groups.items():
            claims = note_rows.together(lines.get(source, {}) for source in sources)
            if kind == "human":
                yield sources[0], _human_row(name, result.path, claims)
            elif name:
                trace_tallies = [tallies[source] for source in sources]
                row = self._trace_row(name, result.events[sources[0]], result.path, claims, trace_tallies)
                if bounded:
                    row["files"][result.path]["bounded"] = bounded
                yield sources[0], row
        for source, carried in result.carried.items():
            yield source, note_rows.carried_row(carried, result.path, lines.get(source, {}), tallies[source])

    def _owner(self, event: Event) -> tuple[str, str]:
        """Kind of row, and author or trace id; the id is empty where a model's event is in no generation."""
        if event.type == "human":
            return "human", event.human or self._context.human()
        return "trace", self._trace.get(event.seq, "")

    def _trace_row(
        self, trace: str, event: Event, path: str, lines: dict[str, LineSet], tallies: list[Tally]
    ) -> Row:
        record = self._record(trace)
        prompt = record.get("prompt") or {}
        return {
            "kind": "trace",
            "v": 1,
            "id": trace,
            "agent": (record.get("agent") or {}).get("name") or event.agent,
            "model": record.get("model") or event.model,
            "session": record.get("session") or event.session,
            "at": record.get("at") or event.at,
            "prompt": prompt.get("digest"),
            "key": record.get("key"),
            "prompt_version": prompt.get("version"),
            "human": record.get("human"),
            "evidence": "captured",
            "files": {path: files_entry(lines, sum(tally.gone for tally in tallies))},
            "delta": note_rows.delta(tallies),
        }

    def _record(self, trace: str) -> Row:
        """The record of a generation of this or an earlier commit; empty where it is missing or damaged."""
        if trace not in self._records:
            try:
                self._records[trace] = generations.record(self._context.repo, trace) or {}
            except Damaged:
                self._records[trace] = {}
        return self._records[trace]


def _human_row(author: str, path: str, lines: dict[str, LineSet]) -> Row:
    files = {path: files_entry(lines)}
    return {"kind": "human", "v": 1, "id": ids.human_id(author), "author": author, "files": files}


def _united(a: Use, b: Use) -> Use:
    """What two files of one commit use of one event.

    This happens when a file is renamed and another file takes its name.
    """
    lines = line_set(a.lines) | line_set(b.lines)
    dropped = (line_set(a.dropped) & line_set(b.dropped)) - lines
    path = a.path if b.path is not None else None
    return Use(str(lines), str(dropped), a.trace or b.trace, a.retire or b.retire, path)


def _was_kept(event: Event) -> bool:
    """Whether both contents were stored with the event: only then is a missing content a loss."""
    return all(ref is None or ref.stored for ref in (event.before, event.after))
