"""Traces that a commit's message names but of which no line was found in the commit.

A picked commit's message names the traces of the original. If the copy holds no line of them, it gets a note
with a commit row alone, which records that they were searched for: its lines are then `unknown` and not
`declared`.
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
    """The traces with rows in the notes of `sources`, and those that their messages name, as a note with a
    commit row settles these too. Commits without a note count for nothing.
    """
    traces: set[str] = set()
    for commit in sources:
        note = noted.get(commit.oid)
        if note is not None:
            traces.update(note.traces, mentioned(commit.message) if note.commit is not None else ())
    return frozenset(traces)


def mentioned(message: bytes) -> list[str]:
    """All strings in a message that look like trace ids."""
    return TRACE_ID.findall(decode(message)) if b"gen_" in message else []


def in_vain(repo: Repository, message: bytes, traces: Collection[str]) -> bool:
    """Whether a message's trailers name traces, by id or digest, and all of them are among `traces`."""
    if not traces or not ({*mentioned(message)} & {*traces} or b"sha256:" in message):
        return False
    from gitprov.git.history.trailers import parse
    from gitprov.interop.trailers import trace_digests, trace_ids

    trailers = parse(repo, message)
    named, digests = trace_ids(trailers), trace_digests(trailers)
    return bool(named or digests) and {*named} <= {*traces} and {*digests} <= {traces_digest(traces)}
