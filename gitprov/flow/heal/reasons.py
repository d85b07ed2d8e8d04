"""Finds the reasons why commits could not be healed, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.flow.carry.absent_traces import known_to
from gitprov.git.history import search
from gitprov.git.objects import parse_commit
from gitprov.model.answers.heal import Healed, Unhealed
from gitprov.model.note import Note
from gitprov.store import notes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gitprov.flow.heal.scope import Candidate
    from gitprov.flow.heal.settle import Resolution
    from gitprov.git.repo import Repository

_FETCH = "gitprov sync, or fetch the notes of whoever has them, then run this again"


#: If sources were named for at most so many commits, each of them was meant and is reported.
_FEW = 8


class Unresolved(list[Unhealed]):
    """The commits that could not be healed. `settled` are suspects for which no note is missing.

    `cut`: the boundary commits of a shallow clone, whose parents are missing. `noted`: all noted commits.
    """

    def __init__(
        self, repo: Repository, settling: Resolution, cut: Collection[str], noted: Collection[str]
    ) -> None:
        super().__init__()
        self.settled: list[str] = []
        self._repo = repo
        self._settling = settling
        self._cut = cut
        self._noted = noted

    def judge(
        self, suspects: Mapping[str, Candidate], mapped: Collection[str], healed: Mapping[str, Healed]
    ) -> None:
        """Judge all suspects; `mapped`: commits with sources from the command line."""
        faults = self._settling.unsure.keys() | self._settling.misfits.keys() | set(mapped)
        for oid, candidate in suspects.items():
            if not (candidate.named or candidate.copied or oid in faults):
                continue
            note = self._settling.notes.get(oid, Note())
            done = healed[oid].traces if oid in healed else ()
            missing = sorted(candidate.named - note.traces.keys() - {*done})
            reason = (
                self._cut_off(oid, candidate, mapped, missing)
                or self._unsure(oid)
                or self._lost(oid, candidate)
                or self._unknown(oid, candidate, missing)
                or self._nothing(oid, note or oid in healed, mapped)
            )
            if reason is not None:
                self.append(Unhealed(oid, candidate.commit.subject, *reason))

    def _cut_off(
        self, oid: str, candidate: Candidate, mapped: Collection[str], missing: list[str]
    ) -> tuple[str, str] | None:
        if oid in self._cut and (missing or candidate.copied or oid in mapped):
            return (
                "could not look: its parent is not in this shallow clone",
                "git fetch --unshallow, then run this again",
            )
        return None

    def _unsure(self, oid: str) -> tuple[str, str] | None:
        unsure = self._settling.unsure.get(oid)
        if not unsure:
            return None
        paths = ", ".join(f"{path}:{lines}" for path, lines in sorted(unsure.items()))
        sources = [one.oid for one in self._settling.tried.get(oid, [])]
        right = sources[0][:12] if sources else "<source>"
        return (
            f"its possible sources say different things of {paths}: nothing was written for these lines",
            f"name the right one, as in: gitprov heal --map {right}:{oid[:12]}",
        )

    def _lost(self, oid: str, candidate: Candidate) -> tuple[str, str] | None:
        misfits = self._settling.misfits.get(oid)
        if misfits:
            old, paths = next(iter(misfits.items()))
            return (
                f"commit {old[:12]} is not here any more, and its note does not fit: {', '.join(paths)}",
                f"fetch {old[:12]} from a clone that has it, then run this again",
            )
        gone = [old for old in candidate.copied if self._repo.objects.get(old) is None]
        if gone and oid not in self._settling.notes:
            old = gone[0][:12]
            mapping = f", or name it: gitprov heal --map {old}:{oid[:12]}" if gone[0] in self._noted else ""
            return (
                f"its note was copied from {old}, which is not here any more",
                f"fetch {old} from a clone that has it, then run this again{mapping}",
            )
        return None

    def _unknown(self, oid: str, candidate: Candidate, missing: list[str]) -> tuple[str, str] | None:
        if not missing:
            return None
        if len(candidate.commit.parents) > 1 or all(self._was_asked(oid, trace) for trace in missing):
            self.settled.append(oid)
            return None
        trace = missing[0]
        holders = [
            path.replace("/", "") for path in search.files_holding(self._repo, notes.REF, f'"{trace}"')
        ]
        others = [old for old in holders if old != oid]
        absent = [old for old in others if self._repo.objects.get(old) is None]
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

    def _was_asked(self, oid: str, trace: str) -> bool:
        """Whether a source with this trace was tried: then the commit contains no line of the trace."""
        tried = [one.oid for one in self._settling.tried.get(oid, [])]
        noted = notes.read(self._repo, tried)
        commits = [parse_commit(one) for one in self._repo.objects.get_many(noted) if one is not None]
        return trace in known_to(commits, noted)

    def _nothing(self, oid: str, result: object, mapped: Collection[str]) -> tuple[str, str] | None:
        # A complete map names every commit of a history, and most of them contain only lines of people.
        if oid not in mapped or result or len(mapped) > _FEW:
            return None
        tried = [one.oid for one in self._settling.tried.get(oid, [])]
        if any(old in self._noted for old in tried):
            self.settled.append(oid)
            return None
        return ("what it was made from has no notes here", _FETCH)
