"""What `gitprov show` and `gitprov status` answer with: values between what works them out and what prints them."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.model.note import Row


class DeltaLine(NamedTuple):
    """One line of a delta. `raw` is its number in the model's version, `line` in the commit's (1-based).

    `op` is ` ` (as the model wrote it, or none of its lines), `-` (in the model's version only), `+` (in the
    commit's only), `*` (in the commit's only, by another trace), `~` (reworded: `words` has what changed).
    `own` says that the line is this trace's. `text` is without its newline, bytes that are no UTF-8 as surrogates.
    """

    op: str
    raw: int | None
    line: int | None
    own: bool
    text: str
    words: tuple[tuple[str, str], ...] = ()


class DeltaHunk(NamedTuple):
    """Neighbouring pieces. Starts are 1-based, as in a hunk header; a side without lines starts at the line before."""

    raw_start: int
    raw_lines: int
    start: int
    lines: int
    pieces: tuple[DeltaLine, ...]


class Delta(NamedTuple):
    """From a model's version of a file to the commit's, around the model's lines.

    `kept`, `edited` and `absent` count the model's lines. `elsewhere` counts changed lines that are not shown:
    they lie apart from the model's. `reformatted` are the kept ones of which the layout alone is another.
    """

    blocks: tuple[DeltaHunk, ...]
    elsewhere: int
    kept: int
    edited: int
    absent: int
    reformatted: int = 0


class TraceFile(NamedTuple):
    """What one commit holds of one trace in one file.

    `ai`, `edited` are range texts, as in the note; `deleted` counts older lines that the trace removed. `dropped` and
    `pending` are None where they are known for the commit as a whole only. `why` says why there is no delta.
    """

    path: str
    ai: str
    edited: str
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
    """A commit as people name it. `date` is the author's, ISO 8601; `gate` is None where no note tells it."""

    oid: str
    author: str
    date: str
    subject: str
    gate: str | None = None
    evidence: str | None = None


class CommitOfTrace(NamedTuple):
    """One commit that holds a trace; `counts` is the note's delta, None where there is no note."""

    head: CommitHead
    counts: Row | None
    files: tuple[TraceFile, ...]


class UncommittedFile(NamedTuple):
    """A file of a trace of which no commit holds a line; `state` is `pending`, `dropped` or `unknown`."""

    path: str
    raw: int | None
    state: str


class Text(NamedTuple):
    """A prompt or an output; where `text` is None, `why` says so: `not here`, `digest only`, `forgotten`, `none`."""

    text: str | None
    why: str | None


class Forgotten(NamedTuple):
    """Who had the contents of a generation erased, when and why; None for what its tombstone does not tell."""

    at: str | None
    by: str | None
    reason: str | None


class TraceAnswer(NamedTuple):
    """All that is known of a trace.

    `state` is `committed`, `uncommitted` (in the inbox only) or `unheld` (known, but no commit of this repository
    holds it). `source` says where `record` is from: `store`, `inbox`, `note` or None. `lost` are commits that
    nothing leads to any more. `worktree` is what the work tree holds of a trace that is in no commit.
    """

    id: str | None
    state: str
    source: str | None
    record: Row
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
    """A trace in a commit: the note's row, the prompt as far as it is here, and its files."""

    row: Row
    prompt: Text
    files: tuple[TraceFile, ...]


class CommitAnswer(NamedTuple):
    """All that a commit's note says. `row` is the note's own row of the commit, empty where there is none.

    `declared` are the machines that the message or author names, `trailers` the traces that it names. `foreign`
    counts lines of the note that are none of ours or damaged.
    """

    head: CommitHead
    noted: bool
    row: Row
    traces: tuple[CommitTrace, ...]
    humans: tuple[Row, ...]
    reviews: tuple[Review, ...]
    declared: tuple[str, ...]
    trailers: tuple[str, ...]
    foreign: int


class FileStatus(NamedTuple):
    """One file with uncommitted evidence; all but `path` and `turns` count lines.

    `staged` are in the index and will be committed, `pending` in the work tree only, `dropped` in neither, `held` in
    HEAD already though no note says so, `human` recorded as typed by people. `turns` are handles of turns.
    """

    path: str
    staged: int
    pending: int
    dropped: int
    held: int
    human: int
    turns: tuple[str, ...]


class TurnStatus(NamedTuple):
    """One turn with uncommitted evidence. `handle` is what `gitprov show` takes; `at` is its moment, `age` seconds.

    `prompt` is its first line; `traces` are the generations that commits froze parts of it into.
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
    """Evidence whose content is not there: `why` is `large`, `binary` or `damaged`; `path` may be a file of ours."""

    path: str
    why: str
    message: str


class NextCommit(NamedTuple):
    """What a commit of the staged state would record: note rows, trailers, and the reasons to refuse it.

    `refusals` are (path or None, message, mend). `problem` says why none of this could be worked out.
    """

    rows: tuple[Row, ...]
    trailers: tuple[str, ...]
    refusals: tuple[tuple[str | None, str, str], ...]
    problem: str | None = None


class SubmoduleStatus(NamedTuple):
    """A submodule with recorded edits that no commit there holds; `path` is from the superproject's top."""

    path: str
    edits: int


class StatusAnswer(NamedTuple):
    """All that is not committed yet. `finished` is a commit whose note had been cut off and is written now."""

    worktree: str
    files: tuple[FileStatus, ...]
    turns: tuple[TurnStatus, ...]
    unread: tuple[Unread, ...]
    next: NextCommit | None
    finished: str | None
    submodules: tuple[SubmoduleStatus, ...] = ()
