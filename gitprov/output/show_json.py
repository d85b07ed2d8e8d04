"""Output of `gitprov show --json`: one document, whose shape docs/show.md defines."""

from __future__ import annotations

from collections.abc import Sequence

from gitprov.model.answers.show import (
    CommitAnswer,
    CommitHead,
    CommitOfTrace,
    CommitTrace,
    DeltaHunk,
    DeltaLine,
    Review,
    Text,
    TraceAnswer,
    TraceFile,
)
from gitprov.model.note import Row
from gitprov.model.ranges import count_of

VERSION = 1


def of_trace(answer: TraceAnswer) -> Row:
    """The JSON document for one trace."""
    record = answer.record
    agent = object_of(record, "agent")
    return {
        "kind": "trace",
        "v": VERSION,
        "trace": answer.id,
        "state": answer.state,
        "source": answer.source,
        "agent": {"name": agent.get("name"), "version": agent.get("version")},
        "subagent": record.get("subagent"),
        "model": record.get("model"),
        "params": object_of(record, "params"),
        "usage": object_of(record, "usage"),
        "session": record.get("session"),
        "turn": record.get("turn"),
        "request_ids": requests_of(record),
        "at": record.get("at"),
        "human": record.get("human"),
        "key": record.get("key"),
        "parent": record.get("parent"),
        "continued_by": list(answer.continued_by),
        "prompt": _text(
            answer.prompt, object_of(record, "prompt"), "digest", "name", "version", "redactions"
        ),
        "output": _text(answer.output, object_of(record, "output"), "digest", "redactions"),
        "field_redactions": record.get("field_redactions", 0) if record else None,
        "instructions": [
            {"path": entry.get("path"), "digest": entry.get("digest")}
            for entry in rows_of(record, "instructions")
        ],
        "commits": [_held(entry) for entry in answer.held],
        "worktree": [_share(entry) for entry in answer.worktree],
        "uncommitted": [entry._asdict() for entry in answer.loose],
        "unreachable": list(answer.lost),
        "reviewed_by": _reviews(answer.reviews),
        "forgotten": None if answer.forgotten is None else answer.forgotten._asdict(),
    }


def of_commit(answer: CommitAnswer) -> Row:
    """The JSON document for one commit."""
    row = answer.row
    return {
        "kind": "commit",
        "v": VERSION,
        **_head(answer.head),
        "note": answer.noted,
        "tool": row.get("tool"),
        "added": row.get("added"),
        "dropped": object_of(row, "dropped"),
        "traces": [_trace(entry) for entry in answer.traces],
        "human": [
            {"author": entry.get("author"), "files": object_of(entry, "files")} for entry in answer.humans
        ],
        "reviewed_by": _reviews(answer.reviews),
        "declared": list(answer.declared),
        "trailers": list(answer.trailers),
        "foreign_lines": answer.foreign,
    }


def rate(delta: Row | None) -> float | None:
    """Edited and dropped lines as a share of the raw lines; None if there are no raw lines."""
    counts = delta or {}
    raw, edited, dropped = (counts.get(name) for name in ("raw", "edited", "dropped"))
    if not isinstance(raw, int) or not raw:
        return None
    return round(sum(n for n in (edited, dropped) if isinstance(n, int)) / raw, 4)


def _trace(trace: CommitTrace) -> Row:
    facts = ("agent", "model", "session", "at", "human", "key", "prompt_version", "evidence")
    delta = trace.row.get("delta")
    return {
        "trace": trace.row.get("id"),
        **{name: trace.row.get(name) for name in facts},
        "prompt": {"text": trace.prompt.text, "missing": trace.prompt.why, "digest": trace.row.get("prompt")},
        "ai_lines": sum(count_of(share.ai) + count_of(share.edited) for share in trace.files),
        "delta": delta,
        "delta_rate": rate(delta if isinstance(delta, dict) else None),
        "files": [_share(share) for share in trace.files],
    }


def _held(commit: CommitOfTrace) -> Row:
    return {
        **_head(commit.head),
        "evidence": commit.head.evidence,
        "delta": commit.counts,
        "delta_rate": rate(commit.counts),
        "files": [_share(share) for share in commit.files],
    }


def _head(head: CommitHead) -> Row:
    return {
        "commit": head.oid,
        "author": head.author,
        "date": head.date,
        "subject": head.subject,
        "gate": head.gate,
    }


def _share(share: TraceFile) -> Row:
    counts = counted(share)
    return {
        "path": share.path,
        "ai": share.ai,
        "edited": share.edited,
        "deleted": share.deleted,
        **{f"{name}_lines": counts[name] for name in ("kept", "edited", "dropped", "pending")},
        "reformatted_lines": None if share.delta is None else share.delta.reformatted,
        "missing": share.why,
        "diff": None if share.delta is None else [_block(block) for block in share.delta.blocks],
        "elsewhere": None if share.delta is None else share.delta.elsewhere,
    }


def counted(share: TraceFile) -> dict[str, int | None]:
    """Counts of lines kept, edited, dropped and pending: from the note, else from the delta."""
    if share.ai or share.edited or share.delta is None:
        kept, edited = count_of(share.ai), count_of(share.edited)
    else:
        kept, edited = share.delta.kept, share.delta.edited
    return {"kept": kept, "edited": edited, "dropped": share.dropped, "pending": share.pending}


def _block(block: DeltaHunk) -> Row:
    return {
        **{name: getattr(block, name) for name in ("raw_start", "raw_lines", "start", "lines")},
        "pieces": [_piece(piece) for piece in block.pieces],
    }


def _piece(piece: DeltaLine) -> Row:
    return {
        "op": piece.op,
        "raw": piece.raw,
        "line": piece.line,
        "own": piece.of_trace,
        "text": piece.text,
        "words": [list(word) for word in piece.words],
    }


def _text(text: Text, row: Row, *names: str) -> Row:
    return {"text": text.text, "missing": text.why, **{name: row.get(name) for name in names}}


def _reviews(reviews: Sequence[Review]) -> list[Row]:
    return [one._asdict() for one in reviews]


def requests_of(record: Row) -> list[str]:
    """The ids of the requests that wrote a generation."""
    ids = record.get("request_ids")
    if isinstance(ids, list) and ids:
        return [value for value in ids if isinstance(value, str)]
    value = record.get("request_id")
    return [value] if isinstance(value, str) else []


def object_of(row: Row, name: str) -> Row:
    """A field that is an object; empty where it is missing or something else."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def rows_of(row: Row, name: str) -> list[Row]:
    """The objects in a field that is a list; none where it is missing or something else."""
    value = row.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
