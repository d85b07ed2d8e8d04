"""The answers of `gitprov show` and `gitprov status`, as values for printing."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.model.canonical import JsonObject
from gitprov.model.finding import Finding
from gitprov.model.notes.rows import CommitRow, HumanRow, NoteRow, TraceRow
from gitprov.model.ranges import LineSet


class DeltaLine(NamedTuple):
    """One line of a delta. `raw` is its number in the model's version, `line` in the commit's (1-based).

    `op` is ` ` (as the model wrote it, or none of its lines), `-` (in the model's version only), `+` (in the
    commit's only), `*` (in the commit's only, by another trace), `~` (reworded: `words` has the changed
    words). `of_trace`: whether the line is this trace's. `text` has no newline, and bytes that are no UTF-8
    as surrogates.
    """

    op: str
    raw: int | None
    line: int | None
    of_trace: bool
    text: str
    words: tuple[tuple[str, str], ...] = ()


class DeltaHunk(NamedTuple):
    """Neighbouring pieces. Starts are 1-based as in hunk headers; an empty side has the line before it."""

    raw_start: int
    raw_lines: int
    start: int
    lines: int
    pieces: tuple[DeltaLine, ...]


class Delta(NamedTuple):
    """From a model's version of a file to the commit's, around the model's lines.

    `kept`, `edited` and `absent` count the model's lines. `elsewhere` counts changed lines that are not
    shown, since they are not beside the model's. `reformatted` counts the kept lines whose layout alone
    changed.
    """

    blocks: tuple[DeltaHunk, ...]
    elsewhere: int
    kept: int
    edited: int
    absent: int
    reformatted: int = 0


class TraceFile(NamedTuple):
    """The lines of one trace in one file of one commit.

    `ai` and `edited` are the lines that the note claims; `deleted` counts older lines that the trace removed.
    `dropped` and `pending` are None if they are recorded for the whole commit only. `why` is the reason for a
    missing delta.
    """

    path: str
    ai: LineSet
    edited: LineSet
    deleted: int
    dropped: int | None
    pending: int | None
    delta: Delta | None = None
    why: str | None = None


class Review(NamedTuple):
    """One review. `source` is `note` or `trailer`; `trace` is None where it is of a whole commit."""

    by: str
    at: str | None
    note: str | None
    source: str
    commit: str
    trace: str | None


class CommitHead(NamedTuple):
    """A commit's head data. `date` is the author date, ISO 8601; `gate` is None where no note records it."""

    oid: str
    author: str
    date: str
    subject: str
    gate: str | None = None
    evidence: str | None = None


class CommitOfTrace(NamedTuple):
    """One commit that holds a trace; `counts` is the note's delta, None where there is no note."""

    head: CommitHead
    counts: JsonObject | None
    files: tuple[TraceFile, ...]


class UncommittedFile(NamedTuple):
    """A file of a trace of which no commit holds a line; `state` is `pending`, `dropped` or `unknown`."""

    path: str
    raw: int | None
    state: str


class Text(NamedTuple):
    """A prompt or an output. If `text` is None, `why` is `not here`, `digest only`, `forgotten` or `none`."""

    text: str | None
    why: str | None


class Forgotten(NamedTuple):
    """Who erased the contents of a generation, when and why; None where its tombstone does not record it."""

    at: str | None
    by: str | None
    reason: str | None


class TraceAnswer(NamedTuple):
    """All recorded data of a trace.

    `state` is `committed`, `uncommitted` (in the inbox only) or `unheld` (recorded, but no commit of this
    repository holds it). `source` is the place of `record`: `store`, `inbox`, `note` or None. `lost` are
    commits that are not reachable any more. `worktree` has the lines in the work tree of a trace that is in
    no commit.
    """

    id: str | None
    state: str
    source: str | None
    record: JsonObject
    prompt: Text
    output: Text
    held: tuple[CommitOfTrace, ...]
    loose: tuple[UncommittedFile, ...]
    reviews: tuple[Review, ...]
    continued_by: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    worktree: tuple[TraceFile, ...] = ()
    forgotten: Forgotten | None = None


class CommitTrace(NamedTuple):
    """A trace in a commit: the note's row, the prompt if this repository has it, and its files."""

    row: TraceRow
    prompt: Text
    files: tuple[TraceFile, ...]


class CommitAnswer(NamedTuple):
    """The content of a commit's note. `row` is the note's row about the commit, None where there is none.

    `declared` are the machines that the message or author names, `trailers` the traces that the message
    names. `foreign` counts lines of the note that are damaged or not gitprov's.
    """

    head: CommitHead
    noted: bool
    row: CommitRow | None
    traces: tuple[CommitTrace, ...]
    humans: tuple[HumanRow, ...]
    reviews: tuple[Review, ...]
    declared: tuple[str, ...]
    trailers: tuple[str, ...]
    foreign: int


class FileStatus(NamedTuple):
    """One file with uncommitted evidence; all but `path` and `turns` count lines.

    `staged` are in the index and will be committed, `pending` in the work tree only, `dropped` in neither,
    `held` in HEAD already, though no note claims them, `human` recorded as typed by people. `turns` are
    handles of turns.
    """

    path: str
    staged: int
    pending: int
    dropped: int
    held: int
    human: int
    turns: tuple[str, ...]


class TurnStatus(NamedTuple):
    """One turn with uncommitted evidence. `handle` is an argument for `gitprov show`; `age` is in seconds.

    `prompt` is the prompt's first line; `traces` are generations that commits froze from parts of the turn.
    """

    handle: str
    agent: str | None
    model: str | None
    session: str | None
    subagent: str | None
    prompt: str | None
    at: str | None
    age: int | None
    files: tuple[str, ...]
    staged: int
    pending: int
    dropped: int
    traces: tuple[str, ...]


class Unread(NamedTuple):
    """Evidence without content: `why` is `large`, `binary` or `damaged`; `path` may be one of gitprov's
    files.
    """

    path: str
    why: str
    message: str


class NextCommit(NamedTuple):
    """The record that a commit of the staged state would get: note rows, trailers, and reasons to refuse it.

    `problem` is the reason if none of this could be computed.
    """

    rows: tuple[NoteRow, ...]
    trailers: tuple[str, ...]
    refusals: tuple[Finding, ...]
    problem: str | None = None


class SubmoduleStatus(NamedTuple):
    """A submodule with recorded edits that no commit of it holds; `path` is from the superproject's top."""

    path: str
    edits: int


class StatusAnswer(NamedTuple):
    """All uncommitted evidence. `finished` is a commit whose interrupted note this run completed."""

    worktree: str
    files: tuple[FileStatus, ...]
    turns: tuple[TurnStatus, ...]
    unread: tuple[Unread, ...]
    next: NextCommit | None
    finished: str | None
    submodules: tuple[SubmoduleStatus, ...] = ()
