"""Finds the reasons why commits could not be healed, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.git.history.search import files_holding
from gitprov.git.objects import parse_commit
from gitprov.git.process import decode
from gitprov.model.answers.heal import Healed, Unhealed
from gitprov.model.ids import TRACE_ID
from gitprov.model.notes.note import Note
from gitprov.store import notes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitprov.flow.heal.scope import Candidate
    from gitprov.flow.heal.search import Search

_Reason = tuple[str, str]
"""Why a commit was not healed, and what would help."""

_FETCH = "gitprov sync, or fetch the notes of whoever has them, then run this again"
_CUT_OFF = (
    "could not look: its parent is not in this shallow clone",
    "git fetch --unshallow, then run this again",
)
#: If sources were named for at most so many commits, each of them was meant and is reported.
_FEW = 8


def unresolved(search: Search, healed: Mapping[str, Healed]) -> tuple[list[Unhealed], list[str]]:
    """The commits that could not be healed, or only in part, and those for which no note is missing.

    The latter name traces of which they contain no line. `healed`: commits that got notes.
    """
    cut_off = search.repo.cut_off
    unhealed: list[Unhealed] = []
    settled: list[str] = []
    for oid, candidate in search.candidates.items():
        is_faulty = oid in search.unsure or oid in search.misfits or oid in search.mapped
        if not (candidate.named or candidate.copied or is_faulty):
            continue
        has_lines = bool(search.notes.get(oid)) or oid in healed
        traces = {*healed[oid].traces} if oid in healed else set()
        missing = sorted(candidate.named - traces - search.notes.get(oid, Note()).traces.keys())
        reason = _in_dispute(search, oid) or _lost(search, candidate)
        if oid in cut_off and (missing or candidate.copied or oid in search.mapped):
            reason = _CUT_OFF
        if reason is None and missing:
            if _is_settled(search, candidate, missing):
                settled.append(oid)
            else:
                reason = _without_lines(search, oid, missing[0])
        # A complete map names every commit of a history, and most of them contain only lines of people.
        if reason is None and oid in search.mapped and not has_lines and len(search.mapped) <= _FEW:
            if any(source.oid in search.noted for source in search.tried.get(oid, ())):
                settled.append(oid)
            else:
                reason = ("what it was made from has no notes here", _FETCH)
        if reason is not None:
            unhealed.append(Unhealed(oid, candidate.commit.subject, *reason))
    return unhealed, settled


def _in_dispute(search: Search, oid: str) -> _Reason | None:
    """Whether its sources disagree on lines."""
    unsure = search.unsure.get(oid)
    if not unsure:
        return None
    paths = ", ".join(f"{path}:{lines}" for path, lines in sorted(unsure.items()))
    sources = [source.oid for source in search.tried.get(oid, [])]
    right = sources[0][:12] if sources else "<source>"
    return (
        f"its possible sources say different things of {paths}: nothing was written for these lines",
        f"name the right one, as in: gitprov heal --map {right}:{oid[:12]}",
    )


def _lost(search: Search, candidate: Candidate) -> _Reason | None:
    """Whether a source is missing in this clone, and its note does not fit or was not there to be read."""
    oid = candidate.commit.oid
    if oid in search.misfits:
        old, paths = next(iter(search.misfits[oid].items()))
        words = f"commit {old[:12]} is not here any more, and its note does not fit: {', '.join(paths)}"
        return words, f"fetch {old[:12]} from a clone that has it, then run this again"
    gone = [old for old in candidate.copied if search.repo.objects.get(old) is None]
    if gone and oid not in search.notes:
        old = gone[0][:12]
        mapping = f", or name it: gitprov heal --map {old}:{oid[:12]}" if gone[0] in search.noted else ""
        return (
            f"its note was copied from {old}, which is not here any more",
            f"fetch {old} from a clone that has it, then run this again{mapping}",
        )
    return None


def _is_settled(search: Search, candidate: Candidate, traces: Sequence[str]) -> bool:
    """Whether sources with all these traces were tried: then the commit contains no line of the traces.

    A note with a commit row settles the traces that its commit's message names as well. A merge needs no
    note of its own.
    """
    if len(candidate.commit.parents) > 1:
        return True
    noted = notes.read(search.repo, [source.oid for source in search.tried.get(candidate.commit.oid, [])])
    objects = zip(noted.values(), search.repo.objects.get_many(noted), strict=True)
    messages = [parse_commit(obj).message for note, obj in objects if obj is not None and note.commit]
    settled = {trace for note in noted.values() for trace in note.traces}
    return settled.union(*(TRACE_ID.findall(decode(message)) for message in messages)).issuperset(traces)


def _without_lines(search: Search, oid: str, trace: str) -> _Reason:
    """The reason for a trace without lines in a commit: which notes of this clone contain the trace."""
    holders = [path.replace("/", "") for path in files_holding(search.repo, notes.REF, f'"{trace}"')]
    others = [old for old in holders if old != oid]
    absent = [old for old in others if search.repo.objects.get(old) is None]
    if absent:
        return (
            f"{trace} is told of by the note of {absent[0][:12]}, which is not here",
            f"if the one became the other: gitprov heal --map {absent[0][:12]}:{oid[:12]}",
        )
    if others:
        return (
            f"{trace} is in its message, but only commits of its own history hold it",
            f"name what it was made from, as in: gitprov heal --from <branch> {oid[:12]}",
        )
    return (f"{trace} is in its message, but no note here tells of it", _FETCH)
