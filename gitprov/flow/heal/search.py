"""One pass of heal: reads the commits of a scope, gathers their possible sources and builds their notes."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from gitprov.flow.heal import branch as heal_branch
from gitprov.flow.heal import likely as heal_sources
from gitprov.flow.heal import named as heal_named
from gitprov.flow.heal import pool as heal_pool
from gitprov.flow.heal import reflog as heal_reflog
from gitprov.flow.heal import scope as heal_range
from gitprov.flow.heal.likely import NamedSources, Sources
from gitprov.flow.heal.lines import format as heal_format
from gitprov.flow.heal.lines import returned as heal_returned
from gitprov.flow.heal.lines.partly import PartialNotes, says_more
from gitprov.flow.heal.named import Source
from gitprov.flow.heal.pool import IDS, Ancestry, NotedCommits
from gitprov.flow.heal.scope import Candidate, Scope
from gitprov.flow.heal.settle import REWRAPPED, Resolution
from gitprov.git.history import survey
from gitprov.git.notes import listing
from gitprov.git.process import decode
from gitprov.model.ids import NAMED_TRACES
from gitprov.model.note import Note
from gitprov.store import notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitprov.flow.heal.inbox import InboxEvidence, RecalledNote
    from gitprov.flow.heal.reflog import Entries
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

Progress = Callable[[str, int, int], None]
"""Called with the current step in words, the number of items done, and their total (0: unknown)."""

#: Commits whose sources are used in one step.
_BATCH = 500
#: Seconds by which a commit may seem older than its source, since the clocks of two machines differ.
_SLACK = 86_400


class Search:
    """One pass over a scope.

    `mapped`: (old, new) pairs of --map. `source`: the ref of --from. `again`: commits that an earlier pass
    healed; they are checked once more, since notes written since then may be further sources.
    """

    def __init__(
        self,
        repo: Repository,
        scope: Scope,
        mapped: Iterable[tuple[str, str]],
        source: str | None,
        tell: Progress,
        again: frozenset[str],
    ) -> None:
        self._repo = repo
        self._scope = scope
        self._tell = tell
        self._again = again
        self._memory: InboxEvidence | None = None
        walk = survey.walk(repo, notes.REF, scope.args) if scope.args else iter(())
        self.noted = listing(repo, notes.REF)
        self.mapped: Sources = {}
        for old, new in mapped:
            self.mapped.setdefault(new, []).append(Source(old, "--map"))
        self._lacking: dict[str, Candidate] = {}
        self.commits = self._read(walk)
        self._lacking = heal_range.resolved(self._lacking, self._sets)
        if source is not None:
            oids = list(self.commits)
            for branch_source in heal_named.branch(repo, source, oids):
                for oid in oids:
                    self.mapped.setdefault(oid, []).append(branch_source)
        self.suspects = self._suspects()
        self.settling = Resolution(repo, self.suspects)
        self._partly = PartialNotes(repo, ())
        self._entries: Entries | None = None

    def _read(self, walk: Iterator[SurveyedCommit]) -> dict[str, SurveyedCommit]:
        if not self._scope.args:
            commits_here = {commit.oid: commit for commit in survey.of(self._repo, notes.REF, self.mapped)}
            self._lacking = heal_range.suspects(commits_here.values())
            return commits_here
        commits = {}
        for commit in walk:
            commits[commit.oid] = commit
            # Each commit is checked while git reads the next ones.
            candidate = heal_range.suspect(commit)
            if candidate is not None:
                self._lacking[commit.oid] = candidate
            if not len(commits) % 1000:
                self._tell("reading commits", len(commits), 0)
        return commits

    def _suspects(self) -> dict[str, Candidate]:
        candidates = dict(self._lacking)
        for oid in self.mapped.keys() & self.commits.keys():
            candidates.setdefault(oid, Candidate(self.commits[oid], frozenset(), (), False))
        for oid in self._again & self.commits.keys():
            candidate = candidates.get(oid) or Candidate(self.commits[oid], frozenset(), (), False)
            candidates[oid] = candidate._replace(bare=True)
        return candidates

    def find(self) -> None:
        """Use all kinds of sources, the most certain kind first."""
        returned = self._returned() if self.noted else {}
        others = (
            commit
            for oid, commit in self.commits.items()
            if oid not in self.suspects or not self.suspects[oid].bare
        )
        self._partly = PartialNotes(self._repo, others if self.noted else ())
        if not self.noted or not (self.suspects or self._partly.commits):
            return
        if self.suspects:
            self._named()
        pool = heal_pool.gather(self._repo, self.commits, self.noted, self._scope.tips or tuple(self.commits))
        self._likely(pool)
        if pool and self.suspects:
            self._same_hunks(pool)
        self._in_parts("files brought back", returned, self.settling.sure)
        self._formatted()
        if pool:
            self._rewritten(pool)

    def _named(self) -> None:
        named_sources = NamedSources(
            heal_reflog.replaced(self._repo, self.commits, self._reflogs()), self.mapped
        )
        sources_of = heal_sources.named(self._repo, self.suspects, named_sources, self.noted)
        self._in_parts("named sources", sources_of, self.settling.sure)
        self.settling.lost(self._mapped_and_missing())

    def _reflogs(self) -> Entries:
        if self._entries is None:
            self._entries = heal_reflog.entries(self._repo)
        return self._entries

    @functools.cached_property
    def _fresh(self) -> frozenset[str]:
        """Commits newly made in this clone: a likeness to another commit is no evidence for them."""
        return heal_reflog.made_anew(self.commits, self._reflogs())

    def _returned(self) -> Sources:
        """Commit → earlier commits with files that it restores; each such commit becomes a suspect.

        Files in which its own note claims lines are left out.
        """
        sources_of: Sources = {}
        tips = self._scope.tips or tuple(self.commits)
        tell = self._tell
        for oid, earlier in heal_returned.brought_back(
            self._repo,
            self.commits,
            tips,
            lambda many: tell("looking for files brought back", 0, many),
            self._scope.deep,
        ).items():
            commit = self.commits[oid]
            paths_with_note = set(Note.read(commit.note).paths()) if commit.note else set()
            sources = [
                Source(old, "file brought back", rest)
                for old, paths in earlier.items()
                if (rest := paths - paths_with_note)
            ]
            if sources:
                sources_of[oid] = sources
                self.suspects.setdefault(oid, Candidate(commit, frozenset(), (), False))
        return sources_of

    def _mapped_and_missing(self) -> dict[str, list[str]]:
        """Suspect → those sources of --map of which this clone has the note, but not the commit."""
        olds_of = {
            oid: [source.oid for source in sources if source.oid in self.noted]
            for oid, sources in self.mapped.items()
            if oid in self.suspects
        }
        names = sorted({old for olds in olds_of.values() for old in olds})
        objects = zip(names, self._repo.objects.get_many(names), strict=True)
        missing = {old for old, obj in objects if obj is None}
        return {oid: [old for old in olds if old in missing] for oid, olds in olds_of.items()}

    def _in_parts(self, what: str, sources_of: Sources, ask: Callable[[Sources], None]) -> None:
        oids = list(sources_of)
        for at in range(0, len(oids), _BATCH):
            ask({oid: sources_of[oid] for oid in oids[at : at + _BATCH]})
            self._tell(what, min(at + _BATCH, len(oids)), len(oids))

    def _likely(self, pool: NotedCommits) -> None:
        likely = heal_sources.likely(self._repo, self.settling.open(), pool, self._fresh)
        for n, (kind, sources) in enumerate(likely):
            still = {one.commit.oid for one in self.settling.open()}
            remaining = {oid: olds for oid, olds in sources.items() if oid in still}

            def ask(some: Sources, kind: str = kind) -> None:
                self.settling.likely(kind, some)

            self._in_parts(f"commits with a likeness ({kind})", remaining, ask)
            if n == 0:
                self._same_patch(pool)
        if pool:
            self._squashed(pool)

    def _bare(self, since: int) -> list[Candidate]:
        """Open suspects without a note that are no merges and not older than `since` (seconds since 1970).

        `_SLACK` is allowed for differing clocks.
        """
        return [
            candidate
            for candidate in self.settling.open()
            if candidate.bare
            and len(candidate.commit.parents) < 2
            and candidate.commit.committed + _SLACK >= since
        ]

    def _alike(self, since: int) -> list[Candidate]:
        """`_bare` without commits newly made in this clone, since such a commit repeats no other one."""
        return [candidate for candidate in self._bare(since) if candidate.commit.oid not in self._fresh]

    def _squashed(self, pool: NotedCommits) -> None:
        """Use branches that a server merged as one commit as sources of that commit."""
        open_ones = self._alike(min(pool.times()))
        if open_ones:
            self._tell("comparing branches", 0, len(open_ones))
            commits = [one.commit for one in open_ones]
            sources_of = heal_branch.squashed(self._repo, commits, frozenset(self.noted), self._scope.tips)
            self._in_parts("squashed branches", sources_of, self.settling.sure)

    def _same_patch(self, pool: NotedCommits) -> None:
        """Use noted commits with the same patch, author and author date as sources."""
        from gitprov.git.files.patches import patch_ids

        moments = pool.moments()
        open_ones = [
            candidate for candidate in self._alike(min(pool.times())) if candidate.commit.moment in moments
        ]
        if not open_ones:
            return
        self._tell("comparing changes", 0, len(open_ones))
        patch_of = patch_ids(self._repo, [candidate.commit.oid for candidate in open_ones])
        olds = {old for candidate in open_ones for old in moments[candidate.commit.moment]}
        old_patch_of = patch_ids(self._repo, olds)
        pairs = {
            (candidate.commit.oid, old)
            for candidate in open_ones
            for old in moments[candidate.commit.moment]
            if candidate.commit.oid in patch_of and patch_of[candidate.commit.oid] == old_patch_of.get(old)
        }
        kin = Ancestry(self._repo, pairs)
        sources_of: Sources = {}
        for oid, old in sorted(pairs):
            if not kin.related(oid, old):
                sources_of.setdefault(oid, []).append(Source(old, "same patch"))
        few = {oid: sources[: heal_sources.MOST] for oid, sources in sources_of.items()}
        self._in_parts("commits with the same patch", few, self.settling.same)

    def _same_hunks(self, pool: NotedCommits) -> None:
        newest = sorted(pool.members.values(), key=lambda member: -member.committed)
        moments = pool.moments()
        open_ones = [
            candidate.commit
            for candidate in self._alike(min(pool.times()))
            if candidate.commit.moment in moments
        ]
        olds = {old for commit in open_ones for old in moments[commit.moment]}
        sources = [member.oid for member in newest if member.oid in olds][: heal_sources.HUNKS]
        if sources:
            self._tell("comparing hunks", 0, len(open_ones))
            self.settling.hunks(
                {commit.oid: frozenset(moments[commit.moment]) for commit in open_ones}, sources
            )

    def _formatted(self) -> None:
        """Use the parent as the source of lines whose layout a formatter changed."""
        bare = {one.commit.oid: one.commit for one in self._bare(0) if one.commit.parents}
        all_of_them = {**bare, **self._partly.commits}
        oids = heal_format.rewrapped(
            self._repo,
            all_of_them,
            lambda done: self._tell("looking for re-wrapped lines", done, len(all_of_them)),
        )
        parents = {oid: [Source(all_of_them[oid].parents[0], REWRAPPED)] for oid in oids}
        sure = {oid: sources for oid, sources in parents.items() if oid in bare}
        self._in_parts("re-wrapped lines", sure, self.settling.sure)
        self._beside("re-wrapped lines", {oid: parents[oid] for oid in parents if oid not in bare})

    def _rewritten(self, pool: NotedCommits) -> None:
        """Use a commit's form before its conflict was resolved: its note may cover the resolution only."""
        olds = {
            oid: [old for old in olds_of_one if says_more(pool.members[old].note, commit.note)]
            for oid, commit in self._partly.commits.items()
            if (olds_of_one := pool.rewritten(commit)) and oid not in self._fresh
        }
        words = "commits with a likeness (rewritten)"
        kin = Ancestry(self._repo, {(oid, old) for oid, olds_of_one in olds.items() for old in olds_of_one})
        self._beside(words, heal_sources.strangers(olds, kin, heal_sources.REWRITTEN))

    def _beside(self, what: str, sources_of: Sources) -> None:
        """Use sources for lines that the commits' own notes do not claim; these commits become suspects."""
        open_sources = self._partly.worth_asking(sources_of)
        for oid in open_sources:
            self.suspects.setdefault(oid, Candidate(self.commits[oid], frozenset(), (), False))
        self._in_parts(what, open_sources, self.settling.beside)

    def lacks_more(self, oid: str) -> bool:
        """Whether a suspect seemed to lack its note or a part of it.

        Else its note only leaves some lines unclaimed, as any note may.
        """
        candidate = self.suspects[oid]
        return candidate.bare or bool(candidate.named or candidate.copied) or oid in self.mapped

    def remember(self) -> None:
        """Store for the next run which sources yielded nothing and need not be tried again."""
        self._partly.remember(self.settling.supplemented)

    def recall(self, suspects: Iterable[Candidate], keep: str | None = None) -> list[RecalledNote]:
        """The notes of suspects for which this clone's inboxes have evidence: see `InboxEvidence.recall`."""
        if self._memory is None:
            if not os.path.isdir(os.path.join(self._repo.home, "inbox")):
                return []
            # Imports all that a commit's hooks need, which the rest of this command does not need.
            from gitprov.flow.heal.inbox import InboxEvidence

            self._memory = InboxEvidence(self._repo, self._recorded_traces)
        return self._memory.recall(suspects, keep)

    def _recorded_traces(self) -> frozenset[str]:
        """The traces that occur in any note of this clone."""
        return frozenset(trace for text in self._texts() for trace in IDS.findall(text))

    def _sets(self) -> Iterator[frozenset[str]]:
        """The set of traces of each note with more traces than a message names one by one."""
        for text in self._texts():
            if text.count('"trace"') > NAMED_TRACES:
                yield frozenset(Note.read(text).traces)

    def _texts(self) -> Iterator[str]:
        """The text of each note in this clone."""
        objects = self._repo.objects.get_many(self.noted.values())
        return (decode(one.data) for one in objects if one is not None)

    def changes(self) -> dict[str, Note]:
        """Commit → the note that it inherits, if its note changes; an empty one removes a copied note."""
        from gitprov.flow.carry.write_notes import beside

        out = {}
        for oid, candidate in self.suspects.items():
            note = self.settling.notes.get(oid)
            if candidate.copied and (note is not None or self._all_here(candidate.copied)):
                out[oid] = note or Note()
            elif note is not None:
                note_here = Note.read(candidate.commit.note) if candidate.commit.note else None
                if beside(note_here, note) != note_here:
                    out[oid] = note
        return out

    def _all_here(self, oids: Iterable[str]) -> bool:
        return all(obj is not None for obj in self._repo.objects.get_many(oids))
