"""The rows of the index: what notes, records and history contain, in tables.

`repo` is the number of a repository in the database. Moments are seconds since 1970, lines are 1-based and
ranges inclusive. A text that the source does not have is None.
"""

from __future__ import annotations

from typing import NamedTuple


class RepositoryEntry(NamedTuple):
    """A repository, and up to where it is indexed: `heads` (commit ids, one a line), the commits of the refs
    of notes, generations and phantoms, and the default branch with the commit at its tip.

    `key` is the id of the first commit and the repository's name; `runs` the commits of the refs of pins and
    drift runs, one a line; `judged` the commit at the tip, where its open findings are in the index.
    """

    repo: int
    key: str
    heads: str
    notes: str | None
    generations: str | None
    phantoms: str | None
    branch: str | None
    tip: str | None
    runs: str | None
    judged: str | None


def new_repository(repo: int, key: str) -> RepositoryEntry:
    """A repository of which nothing is indexed."""
    return RepositoryEntry(repo, key, "", *[None] * 7)


class CommitEntry(NamedTuple):
    """A commit. `added` and `deleted` count lines of text; a merge counts what its note records.

    `cls` is `ai` (traces in its note), `declared` (only its message or people name a machine) or None;
    `agent` and `model` are those of the declaration. `gate` is None without a note.
    """

    repo: int
    oid: str
    parents: str
    author: str
    authored: int
    committer: str
    committed: int
    subject: str
    added: int
    deleted: int
    cls: str | None
    agent: str | None
    model: str | None
    gate: str | None


class ChangeEntry(NamedTuple):
    """Lines that a commit adds to and deletes from a file."""

    repo: int
    oid: str
    path: str
    added: int
    deleted: int


class TraceEntry(NamedTuple):
    """A trace in a commit's note, with the delta of that commit; `deleted` counts lines it removed."""

    repo: int
    oid: str
    trace: str
    agent: str | None
    model: str | None
    session: str | None
    at: str | None
    key: str | None
    prompt: str | None
    version: str | None
    human: str | None
    evidence: str | None
    raw: int
    kept: int
    edited: int
    dropped: int
    pending: int
    reformatted: int
    deleted: int


class RangeEntry(NamedTuple):
    """Lines that a commit adds to a file, of one class and one trace (None: a person typed them)."""

    repo: int
    oid: str
    path: str
    first: int
    last: int
    cls: str
    evidence: str | None
    trace: str | None


class SurvivorEntry(NamedTuple):
    """Lines of a trace on the default branch: `lines` from `origin_first` in `origin_path` of the commit.

    `first` is the line where they are now in `path`; 0 for lines that the commit `killer` removed at `died`.
    `model` is that of the trace.
    """

    repo: int
    path: str
    first: int
    lines: int
    oid: str
    origin_path: str
    origin_first: int
    cls: str
    trace: str
    born: int
    died: int | None
    killer: str | None
    model: str | None = None


class ClaimedRange(NamedTuple):
    """Lines of a trace that a commit adds, with the model of the trace; not a table."""

    oid: str
    path: str
    first: int
    last: int
    cls: str
    trace: str
    model: str | None


class GenerationEntry(NamedTuple):
    """A stored generation. `instructions` is one digest for the set of instruction files in force."""

    repo: int
    trace: str
    agent: str | None
    model: str | None
    session: str | None
    at: str | None
    key: str | None
    prompt: str | None
    version: str | None
    instructions: str | None
    parent: str | None
    human: str | None
    edits: int
    raw: int
    input_tokens: int | None
    output_tokens: int | None
    forgotten: int


class PromptEntry(NamedTuple):
    """A prompt by its digest; `text` is None where the clone does not have it or may not share it."""

    repo: int
    digest: str
    name: str | None
    version: str | None
    at: str | None
    text: str | None


class ReviewEntry(NamedTuple):
    """A review of a trace, or of a whole commit (`trace` None)."""

    repo: int
    oid: str
    trace: str | None
    by: str
    at: str | None
    note: str | None


class DroppedEntry(NamedTuple):
    """A trace that a commit's message drops, and the reason."""

    repo: int
    oid: str
    trace: str
    reason: str


class PhantomEntry(NamedTuple):
    """A package name that no registry had on the day."""

    repo: int
    ecosystem: str
    name: str
    day: str


class FindingEntry(NamedTuple):
    """A finding at the tip of the default branch: `accepted` into the project's baseline, or `open`.

    `state` is one of these two. `line` is where it is now, with the trace whose line it is, its model and
    prompt key; None where no line of the file has the fingerprint, and where the line is of no trace.
    """

    repo: int
    gate: str
    rule: str
    path: str | None
    line: int | None
    package: str | None
    fingerprint: str
    trace: str | None
    model: str | None
    key: str | None
    state: str


class BaselineRunEntry(NamedTuple):
    """A pin of a feature: how its function behaved with each of `cases` cases; `oid` is the pin's commit.

    `prompt` is the digest of the prompt file, `divergence` the per cent of cases that may differ.
    """

    repo: int
    oid: str
    feature: str
    at: str | None
    by: str | None
    reason: str | None
    head: str | None
    function: str | None
    cases: int | None
    prompt: str | None
    version: str | None
    divergence: float | None


class DriftRunEntry(NamedTuple):
    """A drift run of a feature: `usable` of `samples` generated functions ran the `cases` pinned cases.

    `percent` of the outcomes diverge, with 95% confidence between `low` and `high`; `exceeds` is 1 above the
    `threshold`.
    """

    repo: int
    oid: str
    feature: str
    at: str | None
    by: str | None
    pin: str | None
    model: str | None
    prompt: str | None
    version: str | None
    cases: int | None
    samples: int | None
    usable: int | None
    percent: float | None
    low: float | None
    high: float | None
    threshold: float | None
    exceeds: int | None


class SumEntry(NamedTuple):
    """Counts of a commit, a file in it and a trace in that (None: no trace), for sums over many of them.

    `week` is that of the commit, `made` that of the generation. `model` and `agent` are those of the trace
    (`source` `trace`), or of the commit's declaration (`source` `declared`); `source` is None for other rows.
    `landed` is 1 on the default branch. The counts are those of `Counts`.
    """

    repo: int
    oid: str
    path: str
    trace: str | None
    source: str | None
    author: str
    week: str
    made: str | None
    model: str | None
    agent: str | None
    key: str | None
    session: str | None
    landed: int
    added: int
    ai: int
    edited: int
    human: int
    declared: int
    deleted: int
    deleted_by_ai: int
    raw: int
    kept: int
    reworded: int
    dropped: int
    traces: int
    bypassed: int
    dropped_traces: int


class WordsEntry(NamedTuple):
    """A text that can be searched: `kind` is prompt, commit or review; `ref` the trace or commit.

    `body` has its words in lower case, separated by spaces.
    """

    repo: int
    kind: str
    ref: str
    at: int
    body: str


Entry = (
    RepositoryEntry
    | CommitEntry
    | ChangeEntry
    | TraceEntry
    | RangeEntry
    | SurvivorEntry
    | GenerationEntry
    | PromptEntry
    | ReviewEntry
    | DroppedEntry
    | PhantomEntry
    | FindingEntry
    | BaselineRunEntry
    | DriftRunEntry
    | SumEntry
    | WordsEntry
)
"""A row of any table."""
