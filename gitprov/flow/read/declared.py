"""Commits that declare AI use without line evidence: in a trailer, or by their author."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from gitprov.git.history.log import trailers_of
from gitprov.git.objects import Commit, person
from gitprov.git.process import decode
from gitprov.interop.declarations import Declaration, declared
from gitprov.interop.trailers import Trailer, trace_digests, trace_ids
from gitprov.model.answers.blame import BlamedCommit, Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_FOLD = re.compile(rb"\n[ \t]+")
_PAIR = re.compile(rb"^([A-Za-z0-9-]+)[ \t]*:[ \t]*(.*)$", re.MULTILINE)


def declared_facts(
    repo: Repository, commits: Iterable[BlamedCommit], noted: Collection[str] = ()
) -> dict[str, Facts]:
    """Facts of the class `declared` for the commits that declare AI use; other commits are absent.

    Git reads the trailers, but only of commits in which some text looks like a declaration. In a `noted`
    commit an `AI-Trace` trailer declares nothing: it refers to the note, and the note holds no line of the
    trace.
    """
    blamed_commits = list(commits)
    parsed = repo.objects.commits(blamed.oid for blamed in blamed_commits)
    # Lines at a boundary may be older than the commit that git names for them, unless it has no parents.
    sure = [
        parsed[blamed.oid]
        for blamed in blamed_commits
        if blamed.oid in parsed and not (blamed.boundary and parsed[blamed.oid].parents)
    ]
    candidates = [commit for commit in sure if _declared(commit, _likely(commit.message))]
    real = trailers_of(repo, [commit.oid for commit in candidates])
    out: dict[str, Facts] = {}
    for commit in candidates:
        trailers = real.get(commit.oid, [])
        if commit.oid in noted and (trace_ids(trailers) or trace_digests(trailers)):
            continue
        facts = facts_from(_declared(commit, trailers), trailers)
        if facts is not None:
            out[commit.oid] = facts
    return out


def facts_from(declarations: Sequence[Declaration], trailers: Sequence[Trailer]) -> Facts | None:
    """The most detailed declaration as facts, with the trace if there is exactly one; None if none."""
    if not declarations:
        return None
    best = max(
        declarations, key=lambda declaration: (declaration.model is not None, declaration.agent is not None)
    )
    traces = trace_ids(trailers)
    return Facts("declared", "declared", traces[0] if len(traces) == 1 else None, best.agent, best.model)


def _declared(commit: Commit, trailers: Sequence[Trailer]) -> list[Declaration]:
    return declared(trailers, person(commit.author), person(commit.committer))


def _likely(message: bytes) -> list[Trailer]:
    """All texts of a message that may be trailers, in any place: a superset of what git finds."""
    pairs = _PAIR.findall(_FOLD.sub(b" ", message))
    return [(decode(key), decode(value).strip()) for key, value in pairs]
