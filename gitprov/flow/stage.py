"""Staging: from evidence and a staged state to the plan of a commit: note rows, trailers, generations, refusals."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from gitprov.attribution.outcome import Marks, Tally
from gitprov.checks.gate import Refusal
from gitprov.flow import attribute, guard
from gitprov.flow.attribute import Amended, Attributor, Carried, FileResult, line_set
from gitprov.flow.evidence import Evidence, gather
from gitprov.flow.freeze import Freezer, Frozen, groups
from gitprov.flow.view import View
from gitprov.git import changes as diffs
from gitprov.git.changes import FileChange
from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.git.write import BlobWriter
from gitprov.interop.trailers import TraceFacts, trailers_for
from gitprov.model import canonical, ids
from gitprov.model.config import Config
from gitprov.model.event import Event, Problem
from gitprov.model.note import EVIDENCE, Note, Row, files_entry, unite_rows
from gitprov.model.ranges import LineSet
from gitprov.store import generations, notes
from gitprov.store.config import load_config
from gitprov.store.files import make_dir
from gitprov.store.files import read as read_file
from gitprov.store.inbox import Inbox, Spent
from gitprov.store.plan import Plan, Use, blobs_path, directory


class Situation(NamedTuple):
    """What is about to be committed, or was: `changes` against `parents[0]`, `amended` the commit replaced.

    `head` is the commit that HEAD was before. `work` are the changes against `head`: the same as `changes`
    unless a commit is amended.
    """

    head: str | None
    parents: tuple[str, ...]
    changes: list[FileChange]
    amended: str | None = None
    work: list[FileChange] = []  # noqa: RUF012 - never written to


class Desk:
    """All that staging needs to know, read once per hook."""

    def __init__(self, repo: Repository, view: View) -> None:
        self.repo = repo
        self.inbox = Inbox(repo.inbox_dir)
        self.view = view
        self._config: Config | None = None

    @property
    def config(self) -> Config:
        """The configuration in force. ConfigError where it is wrong."""
        if self._config is None:
            self._config = load_config(self.repo.worktree, self.repo.config("gitprov."))
        return self._config

    def human(self) -> str:
        """`Name <email>` of whoever commits; empty where git knows nobody (then git refuses the commit itself)."""
        done = self.repo.try_run("var", "GIT_COMMITTER_IDENT")
        text = decode(done.stdout)
        return text[: text.rfind(">") + 1]


def staged_situation(repo: Repository, amend: bool) -> Situation:
    """What the index holds now against HEAD, or against HEAD's parents where HEAD will be amended."""
    head = repo.resolve("HEAD")
    if amend and head is not None:
        obj = repo.objects.get(head)
        from gitprov.git.objects import parse_commit

        parents = parse_commit(obj).parents if obj is not None else ()
        base = parents[0] if parents else None
        return Situation(head, parents, new_lines(repo, parents, base, None), head, diffs.staged(repo, head))
    merged = tuple(_merge_heads(repo))
    parents = ((head,) if head else ()) + merged
    return Situation(head, parents, new_lines(repo, parents, head, None))


def new_lines(
    repo: Repository, parents: tuple[str, ...], base: str | None, commit: str | None
) -> list[FileChange]:
    """Changes against the first parent; of a merge's hunks only the lines that no parent has. `commit` None: the index."""

    def against(parent: str | None) -> list[FileChange]:
        return diffs.staged(repo, parent) if commit is None else diffs.between(repo, parent, commit)

    changes = against(base)
    for other in parents[1:]:
        changes = diffs.common(changes, against(other))
    return changes


def _merge_heads(repo: Repository) -> list[str]:
    return decode(read_file(os.path.join(repo.git_dir, "MERGE_HEAD")) or b"").split()


def gate_installed(repo: Repository) -> bool:
    """Whether a commit-msg or pre-commit hook of ours, or of the pre-commit framework, is in place."""
    return any(_hook_text(repo, name) for name in ("commit-msg", "pre-commit"))


def message_gate_installed(repo: Repository) -> bool:
    """Whether our commit-msg hook will run: only then does the gate wait for the message."""
    text = _hook_text(repo, "commit-msg")
    if b"gitprov" in text or not repo.env.get("PRE_COMMIT"):
        return b"gitprov" in text
    config = read_file(os.path.join(repo.worktree or "", ".pre-commit-config.yaml")) or b""
    return bool(text) and b"gitprov-commit-msg" in config


def _hook_text(repo: Repository, name: str) -> bytes:
    hooks = decode(repo.run("rev-parse", "--git-path", "hooks")).removesuffix("\n")
    text = read_file(os.path.join(repo.cwd, hooks, name)) or b""
    return text if b"gitprov" in text or b"pre-commit" in text else b""


def fingerprint(situation: Situation) -> str:
    """A digest of the change of files alone."""
    rows = [[c.status, c.old_mode, c.new_mode, c.old_oid, c.new_oid, c.path] for c in situation.changes]
    return canonical.digest_of(rows)


def key_of(situation: Situation, seqs: Iterable[int]) -> str:
    """A digest of everything a plan depends on: the staged state, what it will replace, and the evidence."""
    return canonical.digest_of([situation.head, situation.amended, fingerprint(situation), sorted(seqs)])


def make_plan(desk: Desk, situation: Situation) -> Plan | None:
    """The plan of a commit; None where no evidence, guard or amended note concerns it.

    Writes the contents of new generations beside the plan's place; saving the plan is the caller's.
    """
    evidence = gather(desk.inbox)
    marks = {event.seq: desk.inbox.spent(event.seq) for event in evidence.events}
    results = _results(desk, situation, evidence, marks)
    concerned = {path for change in situation.changes for path in (change.path, change.old_path)}
    damaged = [one for one in evidence.problems if _concerns(one, evidence, concerned)]
    if not results and not damaged and not guard.refusals(desk, situation, []):
        return None
    make_dir(directory(desk.repo.git_dir))
    with open(blobs_path(desk.repo.git_dir), "wb") as out:
        os.chmod(out.fileno(), 0o600)
        blobs = BlobWriter(out)
        frozen = _freeze(desk, evidence, results, marks, blobs)
        blobs.finish()
    return _Planner(desk, situation, evidence, marks, results, frozen).plan(damaged)


def amended_note(repo: Repository, situation: Situation) -> Note | None:
    """The note of the commit being amended."""
    if situation.amended is None:
        return None
    return notes.read(repo, [situation.amended]).get(situation.amended)


def _results(
    desk: Desk, situation: Situation, evidence: Evidence, marks: dict[int, Spent]
) -> list[FileResult]:
    note, old = amended_note(desk.repo, situation), situation.amended
    amended = Amended(desk.repo, old, note, situation.work) if note and old else None
    read = {seq: Marks(line_set(mark.lines), line_set(mark.dropped)) for seq, mark in marks.items()}
    jobs = list(attribute.jobs(desk.repo, situation.changes, evidence.events, amended))
    if not jobs:
        return []
    from gitprov.git.attributes import cleaner

    worker = Attributor(desk.inbox, read, desk.view, cleaner(desk.repo, [job.path for job in jobs]))
    return [worker.work_out(job) for job in jobs]


def _freeze(
    desk: Desk, evidence: Evidence, results: list[FileResult], marks: dict[int, Spent], blobs: BlobWriter
) -> list[Frozen]:
    """New generations for the turns that this commit uses and that have events no generation holds."""
    used = {seq for result in results for seq in _used(result)}
    loose = groups(evidence, lambda seq: marks[seq].trace)
    wanted = {name: events for name, events in loose.items() if used & {event.seq for event in events}}
    if not wanted:
        return []
    freezer = Freezer(desk.inbox, desk.config, desk.repo.object_format, desk.human(), blobs)
    return [freezer.freeze(evidence.turns[name], events) for name, events in wanted.items()]


def _used(result: FileResult) -> set[int]:
    """Events that gave this commit a line, took one away, or whose part in it cannot be read."""
    gone = {seq for seq, tally in result.outcome.tallies.items() if tally.gone}
    return (set(result.outcome.lines) | gone | set(result.unread)) & set(result.events)


def _concerns(problem: Problem, evidence: Evidence, paths: set[str]) -> bool:
    """Whether unreadable evidence may speak of a path of this commit; what cannot be told may."""
    known = {event.seq: event.path for event in evidence.events}
    if problem.seq in known:
        return known[problem.seq] in paths
    return problem.where.startswith("events/")


class _Planner:
    """Puts the plan together from what was worked out."""

    def __init__(
        self,
        desk: Desk,
        situation: Situation,
        evidence: Evidence,
        marks: dict[int, Spent],
        results: list[FileResult],
        frozen: list[Frozen],
    ) -> None:
        self._desk = desk
        self._situation = situation
        self._evidence = evidence
        self._marks = marks
        self._results = results
        self._frozen = frozen
        self._trace = {seq: mark.trace for seq, mark in marks.items() if mark.trace}
        self._trace.update({seq: one.id for one in frozen for seq in one.seqs})
        self._records = {one.id: one.record for one in frozen}
        self._amended = amended_note(desk.repo, situation)

    def plan(self, damaged: list[Problem]) -> Plan:
        """The whole plan."""
        rows = self._rows()
        traces = [row for row in rows if row["kind"] == "trace"]
        return Plan(
            key=key_of(self._situation, self._desk.inbox.seqs()),
            changes=fingerprint(self._situation),
            base=self._situation.head,
            amend=self._situation.amended is not None,
            rows=tuple(rows),
            trailers=tuple(self._trailers(traces)),
            uses=self._uses(),
            used=tuple((*one.turn, one.id) for one in self._frozen),
            added=sum(change.added for change in self._situation.changes),
            refusals=tuple(one.to_json() for one in self._refusals(traces, damaged)),
            stale=self._stale(traces),
            moment=self._desk.repo.env.get("GIT_AUTHOR_DATE"),
        )

    def _refusals(self, traces: list[Row], damaged: list[Problem]) -> list[Refusal]:
        config = self._desk.config
        unread = [
            guard.unreadable(result.path, self._trace.get(seq), why)
            for result in self._results
            for seq, why in result.unread.items()
            if result.events[seq].type == "ai" and _was_kept(result.events[seq])
        ]
        return [
            *guard.refusals(self._desk, self._situation, traces),
            *unread,
            *map(guard.damaged, damaged),
            *guard.incomplete(config, traces, self._records),
            *guard.forbidden_lines(config, traces),
        ]

    def _trailers(self, traces: list[Row]) -> list[tuple[str, str, tuple[str, ...]]]:
        config = self._desk.config
        stands: dict[tuple[str, str], list[str]] = {}
        for row in traces:
            facts = TraceFacts(row["id"], row.get("agent"), row.get("model"), (), row.get("key"))
            for trailer in trailers_for(config.trailers, [facts], config.custom_trailers):
                stands.setdefault(trailer, []).append(row["id"])
        return [(key, value, tuple(found)) for (key, value), found in stands.items()]

    def _stale(self, traces: list[Row]) -> tuple[str, ...]:
        """Traces of the amended commit whose last line is gone: their trailers go too."""
        return tuple(
            sorted(set(self._amended.traces if self._amended else ()) - {row["id"] for row in traces})
        )

    def _uses(self) -> dict[int, Use]:
        uses: dict[int, Use] = {}
        for result in self._results:
            for seq in result.events:
                uses[seq] = self._use(seq, result.outcome.tallies.get(seq), seq in result.unread)
        for one in self._frozen:
            for seq in one.seqs:
                mark = self._marks[seq]
                uses.setdefault(seq, Use(mark.lines, mark.dropped, one.id, False))
        return uses

    def _use(self, seq: int, tally: Tally | None, unread: bool) -> Use:
        mark = self._marks[seq]
        if tally is None:
            return Use(mark.lines, mark.dropped, self._trace.get(seq), False)
        lines = line_set(mark.lines) | tally.kept | tally.edited
        dropped = (line_set(mark.dropped) | tally.dropped) - lines
        return Use(str(lines), str(dropped), self._trace.get(seq), tally.finished and not unread)

    def _rows(self) -> list[Row]:
        rows: dict[tuple[str, str], Row] = {}
        for result in self._results:
            for row in self._file_rows(result):
                key = (row["kind"], row["id"])
                rows[key] = _add(rows[key], row) if key in rows else row
        before = self._amended.traces if self._amended else {}
        kept = [_settled(row, before.get(row["id"])) for row in rows.values()]
        return sorted((row for row in kept if row["files"]), key=lambda row: row["id"])

    def _file_rows(self, result: FileResult) -> Iterable[Row]:
        for source, tally in result.outcome.tallies.items():
            lines = result.outcome.lines.get(source, {})
            if source >= attribute.CARRIED:
                yield _carried_row(result.carried[source], result.path, lines, tally)
            elif result.events[source].type == "human":
                yield self._human_row(result.events[source], result.path, lines)
            elif source in self._trace:
                yield self._trace_row(result.events[source], result.path, lines, tally)

    def _human_row(self, event: Event, path: str, lines: dict[str, LineSet]) -> Row:
        author = event.human or self._desk.human()
        files = {path: files_entry(lines)}
        return {"kind": "human", "v": 1, "id": ids.human_id(author), "author": author, "files": files}

    def _trace_row(self, event: Event, path: str, lines: dict[str, LineSet], tally: Tally) -> Row:
        trace = self._trace[event.seq]
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
            "files": {path: files_entry(lines, tally.gone)},
            "delta": _delta(tally),
        }

    def _record(self, trace: str) -> Row:
        """The record of a generation that this or an earlier commit froze."""
        if trace not in self._records:
            self._records[trace] = generations.record(self._desk.repo, trace) or {}
        return self._records[trace]


def _was_kept(event: Event) -> bool:
    """Whether both contents were stored when the edit was recorded: only then is their absence a loss."""
    return all(ref is None or ref.stored for ref in (event.before, event.after))


def _delta(tally: Tally) -> dict[str, int]:
    counts = {name: len(getattr(tally, name)) for name in ("kept", "edited", "dropped", "pending")}
    return {"raw": sum(counts.values()), **counts}


def _carried_row(carried: Carried, path: str, lines: dict[str, LineSet], tally: Tally) -> Row:
    """A claim of the amended commit, as what is left of it.

    Its `delta` is the difference that the amendment makes; the amended row's own is added once, by `_settled`.
    """
    row = carried.row
    entry = row.get("files", {}).get(path, {})
    gone = entry.get("deleted", 0) if isinstance(entry, dict) and carried.cls == "ai" else 0
    kept: Row = {**row, "files": {path: files_entry(lines, gone)}}
    if row["kind"] == "trace":
        kept["evidence"] = _weaker(row.get("evidence"), "carried")
        lost = {"dropped": len(tally.dropped), "pending": len(tally.pending)}
        newly = len(tally.edited) if carried.cls == "ai" else 0
        kept["delta"] = {"edited": newly, **lost}
        kept["delta"]["kept" if carried.cls == "ai" else "edited"] = -newly - sum(lost.values())
    return kept


def _weaker(a: canonical.Json, b: str) -> str:
    return EVIDENCE[max(EVIDENCE.index(a) if a in EVIDENCE else 0, EVIDENCE.index(b))]


def _settled(row: Row, before: Row | None) -> Row:
    """The final row: the delta of the amended commit's row counted in, no empty files, raw as the sum."""
    row = {**row, "files": {path: entry for path, entry in row["files"].items() if entry}}
    if row["kind"] != "trace":
        return row
    counted = {
        name: value for name, value in (before or {}).get("delta", {}).items() if isinstance(value, int)
    }
    counted.pop("pending", None)
    parts = {
        name: max(0, row["delta"].get(name, 0) + counted.get(name, 0))
        for name in ("kept", "edited", "dropped", "pending")
    }
    return {**row, "delta": {"raw": sum(parts.values()), **parts}}


def _add(a: Row, b: Row) -> Row:
    """Rows of one trace or person for different sources: line sets unite, counts of lines add up."""
    united = unite_rows(a, b)
    if "delta" in a and "delta" in b:
        names = {**a["delta"], **b["delta"]}
        united["delta"] = {name: a["delta"].get(name, 0) + b["delta"].get(name, 0) for name in names}
    for path in set(a["files"]) & set(b["files"]):
        deleted = a["files"][path].get("deleted", 0) + b["files"][path].get("deleted", 0)
        if deleted:
            united["files"][path]["deleted"] = deleted
    return united
