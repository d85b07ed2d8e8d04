"""One pass of heal: the commits of a scope, those that lack a note, and the noted commits beside them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gitprov.flow.heal import memory
from gitprov.flow.heal.scope import Candidate, Scope, Source, Sources, candidate_of, resolved
from gitprov.git.history import reflog, survey
from gitprov.git.notes import listing
from gitprov.git.process import decode
from gitprov.model.ids import NAMED_TRACES
from gitprov.model.notes.note import Note
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.history.reflog import Reflogs
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository
    from gitprov.model.ranges import LineSet

Progress = Callable[[str, int, int], None]
"""Called with the current step in words, the number of items done, and their total (0: unknown)."""

#: At most so many sources of one kind are used for one commit, the newest ones.
MOST = 12
#: Seconds by which a commit may seem older than its source, since the clocks of two machines differ.
_SLACK = 86_400
#: At most so many entries of all reflogs together are read.
_ENTRIES = 20_000
#: The file of (commit, source) pairs that yielded nothing; its first row is the notes' state they hold for.
_EXAMINED = "heal-asked"
TRACES = re.compile(r'"(gen_[0-9]{8}_[0-9a-f]{10})"')


class Search:
    """The commits of a scope, and what was found for those that lack a note or a part of one.

    `commits`: commit id → commit, newest first. `noted`: the ids of all noted commits → note blob. `mapped`:
    commit → sources that the command line names. `candidates` are empty before `select`.

    Results, by commit: `notes` that it inherits, and their `sources`; `tried`: all sources whose lines were
    compared; `unsure`: path → lines in dispute; `misfits`: missing source → paths that its note does not fit.
    """

    def __init__(self, repo: Repository, scope: Scope, mapped: Sources, tell: Progress) -> None:
        self.repo = repo
        self.scope = scope
        self.tell = tell
        self.fruitless = FruitlessSources(repo)
        self.mapped = {oid: [*sources] for oid, sources in mapped.items()}
        self.notes: dict[str, Note] = {}
        self.sources: dict[str, list[Source]] = {}
        self.tried: dict[str, list[Source]] = {}
        self.unsure: dict[str, dict[str, LineSet]] = {}
        self.misfits: dict[str, dict[str, tuple[str, ...]]] = {}
        # Git reads commits while the notes are listed, and while the commits read so far are checked.
        walk = survey.walk(repo, notes.REF, scope.args) if scope.args else survey.of(repo, notes.REF, mapped)
        self.noted = listing(repo, notes.REF)
        self.commits: dict[str, SurveyedCommit] = {}
        lacking = {}
        for commit in walk:
            self.commits[commit.oid] = commit
            candidate = candidate_of(commit)
            if candidate is not None:
                lacking[commit.oid] = candidate
            if not len(self.commits) % 1000:
                tell("reading commits", len(self.commits), 0)
        self.candidates = resolved(lacking, self._trace_sets)

    def select(self, again: Collection[str]) -> None:
        """Add candidates that `mapped` names sources for, and the commits `again` that earlier passes healed.

        Notes written since then may be further sources for the latter.
        """
        for oid, commit in self.commits.items():
            if oid in self.mapped:
                self.candidates.setdefault(oid, Candidate(commit))
            if oid in again:
                self.candidates[oid] = self.candidates.get(oid, Candidate(commit))._replace(bare=True)

    @property
    def tips(self) -> tuple[str, ...]:
        """Revisions or flags from which all commits are reachable."""
        return self.scope.tips or tuple(self.commits)

    @functools.cached_property
    def reflogs(self) -> Reflogs:
        """The newest entries of the reflogs of HEAD and of all local branches."""
        return reflog.read(self.repo, _ENTRIES, "HEAD", "--branches")

    @functools.cached_property
    def fresh(self) -> frozenset[str]:
        """The commits that a plain `git commit` made in this clone, with that moment as the author date.

        Such a commit repeats no other one: a rewrite keeps the author date of the original. If its change
        equals another commit's, it was typed or copied by hand, and the hooks have used any evidence. An
        amendment by another program has another parent: the parent of a new commit is the commit before it in
        the reflog.
        """
        commits = self.commits
        amended = {
            move.new
            for move in self.reflogs.moves
            if move.new in commits and move.old not in commits[move.new].parents
        }
        return frozenset(
            oid
            for oid, why in self.reflogs.entries
            if why.startswith(("commit:", "commit (initial):"))
            and oid in commits
            and oid not in amended
            and commits[oid].written == commits[oid].committed
        )

    @functools.cached_property
    def pool(self) -> dict[str, SurveyedCommit]:
        """The noted commits that no tip reaches, or that are unrelated by ancestry to some checked commit.

        Empty in a linear history that was never rewritten.
        """
        beyond = [oid for oid in self.noted if oid not in self.commits]
        unreachable = survey.without(self.repo, beyond, self.tips)
        members = [commit for commit in _beside_others(self.commits.values()) if commit.note]
        members += survey.of(self.repo, notes.REF, sorted(unreachable))
        return {commit.oid: commit for commit in members if commit.note}

    @functools.cached_property
    def partial(self) -> dict[str, SurveyedCommit]:
        """The commits with a note of their own and one parent: their notes may leave lines unclaimed."""
        return {
            oid: commit
            for oid, commit in self.commits.items()
            if commit.note
            and len(commit.parents) == 1
            and not (oid in self.candidates and self.candidates[oid].bare)
        }

    def open(self) -> list[Candidate]:
        """The candidates for which further kinds of sources may add lines."""
        return [
            candidate
            for oid, candidate in self.candidates.items()
            if (candidate.bare or candidate.named)
            and (
                oid not in self.notes
                or oid in self.unsure
                or not candidate.named <= self.notes[oid].traces.keys()
            )
        ]

    def comparable(self) -> list[Candidate]:
        """The open candidates that are no merges, to compare with the pool; none if that is empty."""
        return [each for each in self.open() if len(each.commit.parents) < 2] if self.pool else []

    def repeats(self) -> list[SurveyedCommit]:
        """Those of `comparable` without a note that may repeat a commit of the pool.

        They are not older than all of the pool, and were not newly made in this clone.
        """
        since = min((commit.written for commit in self.pool.values()), default=0)
        return [
            candidate.commit
            for candidate in self.comparable()
            if candidate.bare
            and candidate.commit.committed + _SLACK >= since
            and candidate.commit.oid not in self.fresh
        ]

    def unrelated(self, olds_of: Mapping[str, Iterable[str]], how: str, *, whole: bool = True) -> Sources:
        """Commit → its sources among `olds_of`, at most `MOST`, none of them an ancestor or a descendant."""
        kin = Ancestry(self.repo, {(oid, old) for oid, olds in olds_of.items() for old in olds if old != oid})
        sources_of = {}
        for oid, olds in olds_of.items():
            others = [old for old in dict.fromkeys(olds) if not kin.related(oid, old)]
            if others:
                sources_of[oid] = [Source(old, how, whole=whole) for old in others[:MOST]]
        return sources_of

    def recorded_traces(self) -> frozenset[str]:
        """The traces that occur in any note of this clone."""
        return frozenset(trace for text in self._texts() for trace in TRACES.findall(text))

    def _trace_sets(self) -> Iterator[frozenset[str]]:
        """The set of traces of each note with more traces than a message names one by one."""
        for text in self._texts():
            if text.count('"trace"') > NAMED_TRACES:
                yield frozenset(Note.read(text).traces)

    def _texts(self) -> Iterator[str]:
        """The text of each note in this clone."""
        objects = self.repo.objects.get_many(self.noted.values())
        return (decode(blob.data) for blob in objects if blob is not None)


def _beside_others(commits: Iterable[SurveyedCommit]) -> Iterator[SurveyedCommit]:
    """Commits that are unrelated by ancestry to at least one of the others; parents come after children."""
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
    """The ancestry among the commits in `pairs`.

    A commit's ancestors are no sources of lines that are merely alike: a line repeated from the commit's own
    history was typed again. Neither are its descendants, which are newer.
    """

    def __init__(self, repo: Repository, pairs: Iterable[tuple[str, str]]) -> None:
        involved = sorted({oid for pair in pairs for oid in pair})
        self._bit = {oid: 1 << n for n, oid in enumerate(involved)}
        self._above: dict[str, int] = {}
        parents = survey.graph(repo, involved) if involved else {}
        for oid in reversed(parents):
            mask = 0
            for parent in parents[oid]:
                mask |= self._above.get(parent, 0) | self._bit.get(parent, 0)
            self._above[oid] = mask

    def related(self, a: str, b: str) -> bool:
        """Whether one is an ancestor of the other, or both are the same."""
        return a == b or self.descends(a, b) or self.descends(b, a)

    def descends(self, child: str, ancestor: str) -> bool:
        """Whether `ancestor` is an ancestor of `child`."""
        return bool(self._above.get(child, 0) & self._bit.get(ancestor, 0))


class FruitlessSources:
    """The (commit, source) pairs that yielded nothing. They are not tried again until some note changes."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._tried: set[tuple[str, str]] = set()

    @functools.cached_property
    def _state(self) -> str:
        obj = self._repo.objects.get(notes.REF)
        return obj.oid if obj is not None else ""

    @functools.cached_property
    def _stored(self) -> set[tuple[str, str]]:
        state, *rows = memory.rows(self._repo, _EXAMINED) or [""]
        pairs = (row.split(" ") for row in rows) if state == self._state and not self._repo.cut_off else ()
        return {(pair[0], pair[1]) for pair in pairs if len(pair) == 2}

    def untried(self, oid: str, sources: Iterable[Source]) -> list[Source]:
        """The sources that were not tried for a commit yet; from now on they count as tried."""
        new = [source for source in sources if (oid, source.oid) not in self._stored]
        self._tried.update((oid, source.oid) for source in new)
        return new

    def remember(self, gave: Container[str]) -> None:
        """Store the tried pairs as yielding nothing, except those of the commits in `gave`."""
        new = {pair for pair in self._tried if pair[0] not in gave} - self._stored
        # In a shallow clone nothing is stored: with more of the history more may be found.
        if new and not self._repo.cut_off:
            rows = (" ".join(pair) for pair in sorted(self._stored | new))
            memory.keep(self._repo, _EXAMINED, [self._state, *rows])
