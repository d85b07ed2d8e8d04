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
from gitprov.model.canonical import JsonObject

VERSION = 1


def of_trace(answer: TraceAnswer) -> JsonObject:
    """The JSON document for one trace."""
    return {
        **facts_of(answer),
        "commits": [_held(entry) for entry in answer.held],
        "worktree": [_share(entry) for entry in answer.worktree],
        "uncommitted": [entry._asdict() for entry in answer.loose],
        "unreachable": list(answer.lost),
        "reviewed_by": _reviews(answer.reviews),
        "forgotten": None if answer.forgotten is None else answer.forgotten._asdict(),
    }


def facts_of(answer: TraceAnswer) -> JsonObject:
    """The part of the document about the generation itself, from which the text is made as well."""
    record = answer.record
    agent = record.get("agent") or {}
    request = record.get("request_id")
    return {
        "kind": "trace",
        "v": VERSION,
        "trace": answer.id,
        "state": answer.state,
        "source": answer.source,
        "agent": {name: agent.get(name) for name in ("name", "version", "host")},
        "subagent": record.get("subagent"),
        "parent_session": record.get("parent_session"),
        "abandoned": record.get("abandoned") is True,
        "model": record.get("model"),
        "params": record.get("params") or {},
        "usage": record.get("usage") or {},
        "session": record.get("session"),
        "turn": record.get("turn"),
        "request_ids": record.get("request_ids") or ([request] if request else []),
        "at": record.get("at"),
        "human": record.get("human"),
        "key": record.get("key"),
        "parent": record.get("parent"),
        "continued_by": list(answer.continued_by),
        "prompt": _text(answer.prompt, record.get("prompt") or {}, "digest", "name", "version", "redactions"),
        "output": _text(answer.output, record.get("output") or {}, "digest", "redactions"),
        "field_redactions": record.get("field_redactions", 0) if record else None,
        "instructions": [
            {"path": entry.get("path"), "digest": entry.get("digest")}
            for entry in record.get("instructions") or ()
        ],
    }


def of_commit(answer: CommitAnswer) -> JsonObject:
    """The JSON document for one commit."""
    row = answer.row
    return {
        "kind": "commit",
        "v": VERSION,
        **_head(answer.head),
        "note": answer.noted,
        "tool": row.tool if row else None,
        "added": row.added if row else None,
        "dropped": (row.dropped if row else None) or {},
        "traceparent": row.traceparent if row else None,
        "traces": [_trace(entry) for entry in answer.traces],
        "human": [{"author": entry.author, "files": entry.files} for entry in answer.humans],
        "reviewed_by": _reviews(answer.reviews),
        "declared": list(answer.declared),
        "trailers": list(answer.trailers),
        "foreign_lines": answer.foreign,
    }


def rate(delta: JsonObject | None) -> float | None:
    """Edited and dropped lines as a share of the raw lines; None if there are no raw lines."""
    counts = delta or {}
    raw, edited, dropped = (counts.get(name, 0) for name in ("raw", "edited", "dropped"))
    return round((edited + dropped) / raw, 4) if raw else None


def _trace(trace: CommitTrace) -> JsonObject:
    facts = ("agent", "model", "session", "at", "human", "key", "prompt_version", "evidence")
    row = trace.row
    return {
        "trace": row.id,
        **{name: row.json.get(name) for name in facts},
        "prompt": {"text": trace.prompt.text, "missing": trace.prompt.why, "digest": row.prompt},
        "ai_lines": sum(len(share.ai) + len(share.edited) for share in trace.files),
        "delta": row.delta,
        "delta_rate": rate(row.delta),
        "files": [_share(share) for share in trace.files],
    }


def _held(commit: CommitOfTrace) -> JsonObject:
    return {
        **_head(commit.head),
        "evidence": commit.head.evidence,
        "delta": commit.counts,
        "delta_rate": rate(commit.counts),
        "files": [_share(share) for share in commit.files],
    }


def _head(head: CommitHead) -> JsonObject:
    return {
        "commit": head.oid,
        "author": head.author,
        "date": head.date,
        "subject": head.subject,
        "gate": head.gate,
    }


def _share(share: TraceFile) -> JsonObject:
    counts = counted(share)
    return {
        "path": share.path,
        "ai": str(share.ai),
        "edited": str(share.edited),
        "deleted": share.deleted,
        "kept_lines": counts["kept"],
        "edited_lines": counts["edited"],
        "dropped_lines": counts["dropped"],
        "pending_lines": counts["pending"],
        "reformatted_lines": None if share.delta is None else share.delta.reformatted,
        "missing": share.why,
        "diff": None if share.delta is None else [_block(block) for block in share.delta.blocks],
        "elsewhere": None if share.delta is None else share.delta.elsewhere,
    }


def counted(share: TraceFile) -> dict[str, int | None]:
    """Counts of lines kept, edited, dropped and pending: from the note, else from the delta."""
    if share.ai or share.edited or share.delta is None:
        kept, edited = len(share.ai), len(share.edited)
    else:
        kept, edited = share.delta.kept, share.delta.edited
    return {"kept": kept, "edited": edited, "dropped": share.dropped, "pending": share.pending}


def _block(block: DeltaHunk) -> JsonObject:
    return {
        **{name: getattr(block, name) for name in ("raw_start", "raw_lines", "start", "lines")},
        "pieces": [_piece(piece) for piece in block.pieces],
    }


def _piece(piece: DeltaLine) -> JsonObject:
    return {
        "op": piece.op,
        "raw": piece.raw,
        "line": piece.line,
        "own": piece.of_trace,
        "text": piece.text,
        "words": [list(word) for word in piece.words],
    }


def _text(text: Text, row: JsonObject, *names: str) -> JsonObject:
    return {"text": text.text, "missing": text.why, **{name: row.get(name) for name in names}}


def _reviews(reviews: Sequence[Review]) -> list[JsonObject]:
    return [one._asdict() for one in reviews]
