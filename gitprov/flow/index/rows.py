"""The rows of commits and generations for the index, from git, notes and records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.statistics.shares import RecordedLines
from gitprov.attribution.statistics.sums import sum_rows
from gitprov.flow.read.reviews import reviews_of
from gitprov.git.files import diff
from gitprov.git.files.diff import FileChange
from gitprov.git.history.facts import CommitFacts
from gitprov.git.history.trailers import pairs
from gitprov.git.process import decode
from gitprov.interop.declarations import Declaration, declared
from gitprov.model import canonical
from gitprov.model.canonical import JsonObject
from gitprov.model.exchange.index_rows import (
    ChangeEntry,
    ClaimedRange,
    CommitEntry,
    DroppedEntry,
    Entry,
    GenerationEntry,
    PromptEntry,
    RangeEntry,
    ReviewEntry,
    TraceEntry,
)
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet, added_lines, owners
from gitprov.model.sidecars import sidecar_target
from gitprov.store.index.words import storable, words_entry

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_NONE = LineSet()


class IndexedCommit(NamedTuple):
    """A commit with what the index takes of it. `changes` are those against the first parent."""

    facts: CommitFacts
    changes: Sequence[FileChange]
    note: Note


def changes_of(
    repo: Repository, commits: Sequence[CommitFacts], trees: Mapping[str, str]
) -> list[list[FileChange]]:
    """The changes of commits against their first parents, in their order.

    `trees`: parent → its tree; a parent that is missing (at a shallow clone's edge) counts as equal.
    """
    empty = repo.empty_tree()
    olds = [trees.get(commit.parents[0], commit.tree) if commit.parents else empty for commit in commits]
    sides = list(zip(olds, [commit.tree for commit in commits], strict=True))
    shown = diff.between_trees(repo, list(dict.fromkeys(sides)))
    return [shown[side] for side in sides]


class CommitRows(NamedTuple):
    """All rows of a commit, and its ranges of traces."""

    rows: list[Entry]
    ranges: list[ClaimedRange]


def rows_of(repo: int, commit: IndexedCommit, *, landed: bool) -> CommitRows:
    """All rows of one commit. `landed`: it is on the default branch."""
    facts, note = commit.facts, commit.note
    lines = {change.path: added_lines(change.hunks) for change in commit.changes if change.has_text}
    traces = [_trace(repo, facts.oid, row) for row in note.traces.values()]
    counted = [] if len(facts.parents) > 1 else commit.changes
    changes = [_change(repo, facts.oid, row) for row in counted if sidecar_target(row.path) is None]
    about = note.commit_row(facts.oid)
    trailers = pairs(facts.trailers)
    reviews = [
        ReviewEntry(repo, facts.oid, review.trace, review.by, review.at, review.note)
        for review in reviews_of(facts.oid, note, trailers)
    ]
    reasons = sorted((about.dropped or {}).items()) if about else []
    dropped = [DroppedEntry(repo, facts.oid, trace, reason) for trace, reason in reasons]
    ranges = _ranges(repo, facts.oid, note, lines)
    row = _commit(repo, commit, changes, bool(traces))
    recorded = RecordedLines([row], changes, traces, ranges, dropped, frozenset())
    texts = [("commit", facts.subject), *(("review", review.note or "") for review in reviews)]
    words = [words_entry(repo, kind, facts.oid, facts.committed, text) for kind, text in texts]
    rows: list[Entry] = [
        row, *changes, *traces, *ranges, *reviews, *dropped, *sum_rows(recorded, landed=landed),
        *filter(None, words),
    ]  # fmt: skip
    return CommitRows(rows, _claimed(note, ranges))


def _claimed(note: Note, ranges: Iterable[RangeEntry]) -> list[ClaimedRange]:
    models = {trace: row.model for trace, row in note.traces.items()}
    return [
        ClaimedRange(
            row.oid, storable(row.path), row.first, row.last, row.cls, row.trace, models.get(row.trace)
        )
        for row in ranges
        if row.trace is not None
    ]


def _commit(repo: int, commit: IndexedCommit, changes: Sequence[ChangeEntry], traced: bool) -> CommitEntry:
    facts = commit.facts
    about = commit.note.commit_row(facts.oid)
    added = sum(change.added for change in changes)
    if len(facts.parents) > 1:
        added = (about.added or 0) if about else 0
    best = _declaration(facts.trailers, facts.author, facts.committer)
    return CommitEntry(
        repo, facts.oid, " ".join(facts.parents), facts.author, facts.written, facts.committer,
        facts.committed, facts.subject, added, sum(change.deleted for change in changes),
        "ai" if traced else "declared" if best else None,
        best.agent if best else None, best.model if best else None, about.gate if about else None,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _declaration(trailers: str, author: str, committer: str) -> Declaration | None:
    """The most detailed declaration of a commit, None without one."""
    statements = declared(pairs(trailers), author, committer)
    return max(statements, key=lambda row: (row.model is not None, row.agent is not None), default=None)


def _change(repo: int, oid: str, change: FileChange) -> ChangeEntry:
    deleted = sum(hunk.old_count for hunk in change.hunks)
    return ChangeEntry(repo, oid, change.path, change.added, deleted)


def _ranges(repo: int, oid: str, note: Note, added: Mapping[str, LineSet]) -> list[RangeEntry]:
    """The claims of a note, reduced to lines that the commit adds; of several on a line the weakest."""
    out: list[RangeEntry] = []
    for path in note.paths():
        lines = added.get(path, _NONE)
        if not lines:
            continue
        claims = note.claims(path)
        for first, last, n in owners([claim.lines & lines for claim in claims]):
            cls, row = claims[n].cls, claims[n].row
            trace = row.id if isinstance(row, TraceRow) else None
            out.append(RangeEntry(repo, oid, path, first, last, cls, row.evidence, trace))
    return out


def _trace(repo: int, oid: str, row: TraceRow) -> TraceEntry:
    deleted = sum(row.deleted(path) for path in row.files)
    return TraceEntry(
        repo, oid, row.id, row.agent, row.model, row.session, row.at, row.key, row.prompt, row.prompt_version,
        row.human, row.evidence, row.counted("raw"), row.counted("kept"), row.counted("edited"),
        row.counted("dropped"), row.counted("pending"), row.counted("reformatted"), deleted,
    )  # fmt: skip


def generation_rows(
    repo: int, record: JsonObject, prompt: bytes | None, *, forgotten: bool, texts: bool, at: int
) -> list[Entry]:
    """The rows of a generation of the moment `at`; without `texts` its prompt stays out of the index."""
    body = decode(prompt) if prompt is not None and texts and not forgotten else None
    about = object_of(record.get("prompt"))
    digest = text_of(about.get("digest"))
    usage = object_of(record.get("usage"))
    edits = record.get("edits")
    rows = edits if isinstance(edits, list) else []
    standing = record.get("instructions")
    raw = sum(whole_of(object_of(edit).get("raw_lines")) or 0 for edit in rows)
    agent = text_of(object_of(record.get("agent")).get("name"))
    row = GenerationEntry(
        repo, str(record["id"]), agent, text_of(record.get("model")), text_of(record.get("session")),
        text_of(record.get("at")), text_of(record.get("key")), digest, text_of(about.get("version")),
        canonical.digest_of(standing) if standing else None, text_of(record.get("parent")),
        text_of(record.get("human")), len(rows), raw, whole_of(usage.get("input_tokens")),
        whole_of(usage.get("output_tokens")), int(forgotten),
    )  # fmt: skip
    out: list[Entry] = [row]
    if digest is not None:
        out.append(PromptEntry(repo, digest, text_of(about.get("name")), row.version, row.at, body))
    words = words_entry(repo, "prompt", row.trace, at, body) if body else None
    return [*out, words] if words else out


def object_of(value: canonical.Json) -> JsonObject:
    """A value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text_of(value: canonical.Json) -> str | None:
    """A value if it is a text."""
    return value if isinstance(value, str) else None


def whole_of(value: canonical.Json) -> int | None:
    """A value if it is a whole number that databases store."""
    usable = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 60
    return value if usable else None


def by_table(rows: Iterable[Entry]) -> list[list[Entry]]:
    """Rows grouped by their kind."""
    groups: dict[type[Entry], list[Entry]] = {}
    for row in rows:
        groups.setdefault(type(row), []).append(row)
    return list(groups.values())
