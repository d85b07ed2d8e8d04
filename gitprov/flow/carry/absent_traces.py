"""Traces that a message names and that were looked for in vain: then the commit holds no line of theirs, and
says so.

A message that came with a pick names what the picked commit was made of. Where nothing of that is left in the
new one, a note that has a row of the commit alone says that somebody looked, so that its lines are `unknown`
and not `declared`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from gitprov.git.process import decode
from gitprov.model.ids import TRACE_ID, traces_digest

if TYPE_CHECKING:
    from gitprov.git.objects import Commit
    from gitprov.git.repo import Repository
    from gitprov.model.note import Note


def known_to(sources: Iterable[Commit], noted: Mapping[str, Note]) -> frozenset[str]:
    """The traces that the notes of these commits tell of, and those that they have told not to be theirs.

    A commit without a note tells nothing.
    """
    traces: set[str] = set()
    for commit in sources:
        note = noted.get(commit.oid)
        if note is not None:
            traces.update(note.traces, mentioned(commit.message) if note.commit is not None else ())
    return frozenset(traces)


def mentioned(message: bytes) -> list[str]:
    """All that looks like a trace in a message."""
    return TRACE_ID.findall(decode(message)) if b"gen_" in message else []


def in_vain(repo: Repository, message: bytes, traces: Collection[str]) -> bool:
    """Whether a message names traces in its trailers, and all of them are among `traces`."""
    if not traces or not ({*mentioned(message)} & {*traces} or b"sha256:" in message):
        return False
    from gitprov.git.history.trailers import parse
    from gitprov.interop.trailers import trace_digests, trace_ids

    trailers = parse(repo, message)
    named, digests = trace_ids(trailers), trace_digests(trailers)
    return bool(named or digests) and {*named} <= {*traces} and {*digests} <= {traces_digest(traces)}
