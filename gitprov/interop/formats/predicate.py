"""Statements of in-toto with gitprov's own predicate: what is recorded of the lines of one commit.

docs/attestation.md describes each field, docs/schemas/ai-authorship-v1.schema.json is its JSON Schema.
"""

from __future__ import annotations

from gitprov.model.canonical import JsonObject
from gitprov.model.exchange.exchange import RecordedCommit, RecordedRange
from gitprov.model.moments import moment_of

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:gitprov:ai-authorship:v1"
_COUNTS = ("raw", "kept", "edited", "dropped", "pending", "reformatted")


def statement(commit: RecordedCommit, attested: int, until: int, version: str) -> JsonObject:
    """The statement about a commit. `attested` and `until` are in seconds; `version` is gitprov's."""
    blobs = [
        {"name": path, "digest": {"gitBlob": blob}}
        for path, blob in sorted(commit.blobs.items())
        if path in commit.paths
    ]
    return {
        "_type": STATEMENT,
        "subject": [{"name": "commit", "digest": {"gitCommit": commit.oid}}, *blobs],
        "predicateType": PREDICATE,
        "predicate": _predicate(commit, attested, until, version),
    }


def _predicate(commit: RecordedCommit, attested: int, until: int, version: str) -> JsonObject:
    ranges = commit.paths
    return {
        "tool": {"name": "gitprov", "version": version},
        "attestedAt": moment_of(attested),
        "validUntil": moment_of(until),
        "commit": {
            "author": commit.author,
            "committedAt": moment_of(commit.committed),
            "gate": commit.gate,
        },
        "note": {"ref": "refs/notes/gitprov", "digest": commit.digest},
        "generations": [
            {
                "trace": name,
                "agent": row.agent,
                "model": row.model,
                "session": row.session,
                "at": row.at,
                "promptDigest": row.prompt,
                "promptVersion": row.prompt_version,
                "onBehalfOf": row.human,
                "evidence": row.evidence,
                "delta": None if row.delta is None else {count: row.counted(count) for count in _COUNTS},
            }
            for name, row in sorted(commit.traces.items())
        ],
        "files": [
            {
                "path": path,
                "addedLines": len(lines),
                "unknownLines": len(lines) - sum(row.size for row in ranges.get(path, ())),
                "ranges": [_range(row) for row in ranges.get(path, ())],
            }
            for path, lines in sorted(commit.added.items())
        ],
        "reviews": [
            {"by": review.by, "at": review.at, "trace": review.trace, "source": review.source}
            for review in commit.reviews
        ],
        "declarations": [{"agent": agent, "model": model} for agent, model in commit.declared],
    }


def _range(row: RecordedRange) -> JsonObject:
    return {
        "startLine": row.first,
        "endLine": row.last,
        "class": row.cls,
        "evidence": row.evidence,
        "trace": row.trace,
        "author": row.human,
    }
