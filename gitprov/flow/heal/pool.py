"""The noted commits that may be sources of another one's lines, and the ancestry among commits.

A commit's ancestors are no sources of lines that are merely alike: a line repeated from the commit's own
history was typed again. Neither are its descendants, which are newer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.git.history import survey
from gitprov.model.ids import TRACE_ID
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

IDS = re.compile(f'"({TRACE_ID.pattern})"')


class NotedCommits:
    """Noted commits that no tip reaches, or that are unrelated by ancestry to some checked commit.

    Empty in a linear history that was never rewritten.
    """

    def __init__(self, members: Iterable[SurveyedCommit]) -> None:
        self.members = {commit.oid: commit for commit in members}
        self._by_key: dict[tuple[str, int, str], list[str]] | None = None
        self._by_subject: dict[str, list[str]] = {}
        self._by_trace: dict[str, list[str]] = {}

    def __bool__(self) -> bool:
        return bool(self.members)

    def rewritten(self, commit: SurveyedCommit) -> list[str]:
        """The other noted commits with this commit's author, author date and subject."""
        self._index()
        return [oid for oid in (self._by_key or {}).get(commit.key, ()) if oid != commit.oid]

    def times(self) -> list[int]:
        """The author dates of the noted commits, in seconds since 1970."""
        return [commit.written for commit in self.members.values()]

    def moments(self) -> dict[tuple[str, int], list[str]]:
        """(author, author date) → the noted commits with these."""
        members_at: dict[tuple[str, int], list[str]] = {}
        for oid, commit in self.members.items():
            members_at.setdefault(commit.moment, []).append(oid)
        return members_at

    def called(self, subjects: Iterable[str]) -> list[str]:
        """The noted commits with one of these subjects."""
        self._index()
        return [oid for subject in subjects for oid in self._by_subject.get(subject, ())]

    def holding(self, traces: Iterable[str]) -> list[str]:
        """The noted commits whose notes contain one of these traces."""
        self._index()
        return list(dict.fromkeys(oid for trace in sorted(traces) for oid in self._by_trace.get(trace, ())))

    def _index(self) -> None:
        if self._by_key is not None:
            return
        self._by_key = {}
        for oid, commit in self.members.items():
            self._by_key.setdefault(commit.key, []).append(oid)
            self._by_subject.setdefault(commit.subject, []).append(oid)
            for trace in dict.fromkeys(IDS.findall(commit.note)):
                self._by_trace.setdefault(trace, []).append(oid)


def gather(
    repo: Repository, commits: Mapping[str, SurveyedCommit], noted: Collection[str], tips: Sequence[str]
) -> NotedCommits:
    """The pool for `commits` (newest first, parents after children), chosen from all `noted` commits.

    All `commits` are reachable from `tips`.
    """
    beyond = [oid for oid in noted if oid not in commits]
    lost = survey.without(repo, beyond, tips) if beyond else set()
    members = [commit for commit in _beside_others(commits.values()) if commit.note]
    members += survey.of(repo, notes.REF, sorted(lost))
    # `lost` are the noted commits that no tip reaches: they are outside the checked history.
    return NotedCommits(one for one in members if one.note)


def _beside_others(commits: Iterable[SurveyedCommit]) -> Iterator[SurveyedCommit]:
    """Commits that are unrelated by ancestry to at least one of the others."""
    open_ends: set[str] = set()
    emitted = False
    for commit in commits:
        alone = open_ends <= {commit.oid} and (commit.oid in open_ends or not emitted)
        if not alone:
            yield commit
        open_ends.discard(commit.oid)
        open_ends.update(commit.parents)
        emitted = True


class Ancestry:
    """The ancestry among the commits in `pairs`."""

    def __init__(self, repo: Repository, pairs: Iterable[tuple[str, str]]) -> None:
        involved = sorted({oid for pair in pairs for oid in pair})
        self._bit = {oid: 1 << n for n, oid in enumerate(involved)}
        self._above: dict[str, int] = {}
        if not involved:
            return
        parents = survey.graph(repo, involved)
        seen: dict[str, int] = {}
        for oid in reversed(parents):
            mask = 0
            for parent in parents[oid]:
                mask |= seen.get(parent, 0) | self._bit.get(parent, 0)
            seen[oid] = mask
            if oid in self._bit:
                self._above[oid] = mask

    def related(self, a: str, b: str) -> bool:
        """Whether one is an ancestor of the other, or both are the same."""
        if a == b:
            return True
        return bool(
            self._above.get(a, 0) & self._bit.get(b, 0) or self._above.get(b, 0) & self._bit.get(a, 0)
        )

    def descends(self, child: str, ancestor: str) -> bool:
        """Whether `ancestor` is an ancestor of `child`."""
        return bool(self._above.get(child, 0) & self._bit.get(ancestor, 0))
