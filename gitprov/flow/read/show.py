"""`gitprov show`: everything recorded about a trace or a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.flow.evidence import preview
from gitprov.flow.read.resolve import CommitsOfTrace, find, holders, nearest, of_inbox
from gitprov.flow.read.reviews import of_trace as reviews_of_trace
from gitprov.flow.read.reviews import reviews_of
from gitprov.flow.read.trace_files import Shares, delta_of, paths_of, raw_of
from gitprov.git.history import search
from gitprov.git.history.log import trailers_of
from gitprov.git.notes import ensure_readable
from gitprov.git.objects import Commit, person
from gitprov.git.process import decode
from gitprov.interop.declarations import declared
from gitprov.interop.trailers import Trailer, trace_digests, trace_ids
from gitprov.model.answers.show import (
    CommitAnswer,
    CommitHead,
    CommitOfTrace,
    CommitTrace,
    Forgotten,
    Review,
    Text,
    TraceAnswer,
    TraceFile,
    UncommittedFile,
)
from gitprov.model.canonical import JsonObject
from gitprov.model.ids import is_trace_id, traces_digest
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import HumanRow, TraceRow
from gitprov.model.ranges import LineSet
from gitprov.output.dates import iso_strict
from gitprov.store import generations, notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitprov.git.repo import Repository
    from gitprov.model.generation import Generation


#: Traces of one commit whose prompts and deltas are looked up: each of them is compared with whole files.
_MOST = 200
_MANY = f"the commit has more than {_MOST} traces; gitprov show TRACE has it"


def show(repo: Repository, text: str) -> TraceAnswer | CommitAnswer:
    """The answer for a name: a trace id or its start, a commit, a turn. GitprovError as raised by `find`."""
    name = find(repo, text)
    if name.kind == "commit":
        return of_commit(repo, name.value)
    if name.kind == "turn":
        return _of_turn(repo, *name.value.split("/"))
    return of_trace(repo, name.value)


# -- a trace ------------------------------------------------------------------------------------------------


def of_trace(repo: Repository, trace: str) -> TraceAnswer:
    """Everything recorded about one trace. GitprovError where nothing is."""
    trace_commits = holders(repo, trace)
    waiting = of_inbox(repo).get(trace, set())
    generation = generations.load(repo, trace)
    stone = generations.tombstone(repo, trace) if is_trace_id(trace) else None
    if (
        generation is None
        and waiting
        and not (trace_commits.commits or trace_commits.lost or trace_commits.silent)
    ):
        return _uncommitted(repo, trace, preview.of_trace(repo, trace, waiting))
    if (
        generation is None
        and stone is None
        and not (trace_commits.commits or trace_commits.lost or trace_commits.silent)
    ):
        raise GitprovError(f"no trace {trace} is known here", nearest(repo, trace))
    answer = _trace_answer(repo, trace, trace_commits, generation, waiting)
    return answer if stone is None else _forgotten(answer, stone)


def _forgotten(answer: TraceAnswer, stone: JsonObject) -> TraceAnswer:
    """The answer for a trace with a tombstone: texts that are not in this clone are shown as forgotten."""
    gone = Text(None, "forgotten")
    prompt, output = (gone if text.why == "not here" else text for text in (answer.prompt, answer.output))
    facts = [value if isinstance(value := stone.get(key), str) else None for key in Forgotten._fields]
    return answer._replace(prompt=prompt, output=output, forgotten=Forgotten(*facts))


def _trace_answer(
    repo: Repository,
    trace: str,
    trace_commits: CommitsOfTrace,
    generation: Generation | None,
    waiting: set[int],
) -> TraceAnswer:
    oids = trace_commits.commits or trace_commits.silent
    notes_by_oid = notes.read(repo, [*oids, *trace_commits.lost])
    trailers = trailers_of(repo, oids)
    held: list[CommitOfTrace] = []
    reviews: list[Review] = []
    for oid in oids:
        note = notes_by_oid.get(oid, Note())
        commit = commit_of(repo, oid)
        row = note.traces.get(trace)
        shares = Shares(repo, commit, note).of(trace, generation)
        head = head_of(commit, note)._replace(evidence=row.evidence if row else None)
        held.append(CommitOfTrace(head, row.delta if row else None, shares))
        reviews += reviews_of_trace(reviews_of(oid, note, trailers.get(oid, [])), trace)
    rows = [note.traces[trace] for note in notes_by_oid.values() if trace in note.traces]
    record, source = _record(generation, rows)
    return TraceAnswer(
        trace,
        "committed" if oids else "uncommitted" if waiting else "unheld",
        source,
        record,
        *texts(generation),
        tuple(held),
        _loose(repo, generation, held, waiting),
        tuple(reviews),
        _continued(repo, trace),
        tuple(trace_commits.lost),
    )


def _of_turn(repo: Repository, key: str, turn: str) -> TraceAnswer:
    generation, traces = preview.of_turn(repo, key, turn)
    if generation is None and traces:
        return of_trace(repo, max(traces))
    return _uncommitted(repo, None, generation)


def _uncommitted(repo: Repository, trace: str | None, generation: Generation | None) -> TraceAnswer:
    """A trace that is in the inbox only."""
    paths = list(dict.fromkeys(edit.path for edit in generation.edits)) if generation is not None else []
    shares = tuple(_in_worktree(repo, path, generation) for path in paths if generation is not None)
    record = (
        {key: value for key, value in generation.record.items() if key not in ("id", "digest")}
        if generation
        else {}
    )
    loose = tuple(UncommittedFile(path, None, "pending") for path in paths)
    source = "inbox" if generation else None
    prompt_and_output = texts(generation)
    return TraceAnswer(
        trace, "uncommitted", source, record, *prompt_and_output, (), loose, (), worktree=shares
    )


def _in_worktree(repo: Repository, path: str, generation: Generation) -> TraceFile:
    from gitprov.flow.work_tree import on_disk

    raw = raw_of([edit for edit in generation.edits if edit.path == path])
    share = TraceFile(path, LineSet(), LineSet(), 0, None, None)
    if isinstance(raw, str):
        return share._replace(why=raw)
    return share._replace(delta=delta_of(raw, on_disk(repo, path), None, {}, path))


def _record(generation: Generation | None, rows: list[TraceRow]) -> tuple[JsonObject, str | None]:
    """(record, source): the stored record, else the same fields from a note."""
    if generation is not None:
        return generation.record, "store"
    if not rows:
        return {}, None
    row = rows[0]
    return {
        "agent": {"name": row.agent, "version": None},
        "prompt": {"digest": row.prompt, "name": None, "version": row.prompt_version},
        **{name: row.json.get(name) for name in ("key", "model", "session", "at", "human")},
    }, "note"


def texts(generation: Generation | None) -> tuple[Text, Text]:
    """Prompt and output, or why they cannot be shown."""
    if generation is None:
        return Text(None, "not here"), Text(None, "not here")
    record = generation.record
    return _stored_text(generation.prompt, record.get("prompt")), _stored_text(
        generation.output, record.get("output")
    )


def _stored_text(data: bytes | None, row: object) -> Text:
    if data is not None:
        return Text(decode(data), None)
    entry = row if isinstance(row, dict) else {}
    if not entry.get("digest"):
        return Text(None, "none")
    return Text(None, "forgotten" if entry.get("available") else "digest only")


def _loose(
    repo: Repository, generation: Generation | None, held: list[CommitOfTrace], waiting: set[int]
) -> tuple[UncommittedFile, ...]:
    """Files of the generation of which none of the trace's commits holds a line."""
    if generation is None:
        return ()
    committed_paths = {path for one in held for path in paths_of(one.files)}
    paths = {edit.path: edit.raw_lines for edit in generation.edits if edit.path not in committed_paths}
    if not paths:
        return ()
    states = _states(repo, waiting)
    return tuple(
        UncommittedFile(path, raw, states.get(path, "unknown")) for path, raw in sorted(paths.items())
    )


def _states(repo: Repository, waiting: set[int]) -> dict[str, str]:
    """Path → `pending` if lines of these events are still in the work tree or index, else `dropped`."""
    if not waiting:
        return {}
    from gitprov.flow.evidence.pending import settle

    states: dict[str, str] = {}
    for file in settle(repo).files:
        for seq, tally in file.result.outcome.tallies.items():
            if seq in waiting:
                alive = tally.pending or tally.kept or tally.edited
                states[file.result.events[seq].path] = "pending" if alive else "dropped"
    return states


def _continued(repo: Repository, trace: str) -> tuple[str, ...]:
    """Ids of the later generations of the same turn."""
    ref = generations.REF
    paths = search.files_holding(repo, ref, f'"parent":"{trace}"', ":(top,glob)*/*/record.json")
    return tuple(sorted(path.split("/")[1] for path in paths))


# -- a commit -----------------------------------------------------------------------------------------------


def of_commit(repo: Repository, oid: str) -> CommitAnswer:
    """A commit's note, with the prompts and deltas of its traces as far as this clone has them."""
    commit = commit_of(repo, oid)
    notes_by_oid = notes.read(repo, [oid])
    if oid not in notes_by_oid:
        ensure_readable(repo, notes.REF, [oid])
    note = notes_by_oid.get(oid, Note())
    trailers = trailers_of(repo, [oid]).get(oid, [])
    shares = Shares(repo, commit, note)
    traces = []
    # A note may name any text as a trace, and very many; only a well-formed id can be in the store.
    stored = generations.present(repo, [trace for trace in note.traces if is_trace_id(trace)])
    looked_up = set(sorted(stored)[:_MOST])
    for trace, row in note.traces.items():
        generation = generations.load(repo, trace) if trace in looked_up else None
        files = shares.of(trace, generation)
        if trace in stored and trace not in looked_up:
            traces.append(
                CommitTrace(row, Text(None, "many"), tuple(file._replace(why=_MANY) for file in files))
            )
        else:
            traces.append(CommitTrace(row, texts(generation)[0], files))
    declarations = declared(trailers, person(commit.author), person(commit.committer))
    return CommitAnswer(
        head_of(commit, note),
        oid in notes_by_oid,
        note.commit_row(oid),
        tuple(traces),
        tuple(note.of(HumanRow).values()),
        tuple(reviews_of(oid, note, trailers)),
        tuple(declaration.source for declaration in declarations if declaration.agent or declaration.model),
        _named(note, trailers),
        len(note.foreign),
    )


def _named(note: Note, trailers: Sequence[Trailer]) -> tuple[str, ...]:
    """The traces that trailers name; a digest of many traces that is not the note's is listed itself."""
    digests = trace_digests(trailers)
    together = traces_digest(note.traces) if digests else None
    many = [name for digest in digests for name in (note.traces if digest == together else [digest])]
    return tuple(dict.fromkeys([*trace_ids(trailers), *many]))


def commit_of(repo: Repository, oid: str) -> Commit:
    """A commit by its id. GitprovError where it is not in this clone."""
    commit = repo.objects.commit(oid)
    if commit is None:
        raise GitprovError(f"commit {oid} is not in this clone", "git fetch --unshallow, or git fetch")
    return commit


def head_of(commit: Commit, note: Note) -> CommitHead:
    """Id, author, date and subject of a commit, with the gate that its note records."""
    seconds, _, zone = commit.author[commit.author.rfind(">") + 2 :].partition(" ")
    date = iso_strict(int(seconds), zone) if seconds.lstrip("-").isdigit() else ""
    subject = decode(commit.message.lstrip(b"\n").split(b"\n\n", 1)[0]).replace("\n", " ").strip()
    about = note.commit_row(commit.oid)
    return CommitHead(commit.oid, person(commit.author), date, subject, about.gate if about else None)
