"""One look of heal at the commits asked for, and at all that is known of where their lines come from."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
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
from gitprov.git.replace_refs import replacements
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
"""Hears what is being done, how much of it is, and of how much (0: nobody knows)."""

#: Commits asked about in one step.
_BATCH = 500
#: Clocks of two machines differ; a source is older than what was made from it by less than this.
_SLACK = 86_400


class Search:
    """`again` are commits that an earlier pass has mended: what was mended since may tell more of them."""

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
        self.given: Sources = {}
        for old, new in mapped:
            self.given.setdefault(new, []).append(Source(old, "--map"))
        self._lacking: dict[str, Candidate] = {}
        self.commits = self._read(walk)
        self._lacking = heal_range.resolved(self._lacking, self._sets)
        if source is not None:
            oids = list(self.commits)
            for one in heal_named.branch(repo, source, oids):
                for oid in oids:
                    self.given.setdefault(oid, []).append(one)
        self._shown = self._by_replace()
        self.suspects = self._suspects()
        self.settling = Resolution(repo, self.suspects)
        self._partly = PartialNotes(repo, ())
        self._entries: Entries | None = None

    def _read(self, walk: Iterator[SurveyedCommit]) -> dict[str, SurveyedCommit]:
        if not self._scope.args:
            found = {told.oid: told for told in survey.of(self._repo, notes.REF, self.given)}
            self._lacking = heal_range.suspects(found.values())
            return found
        commits = {}
        for told in walk:
            commits[told.oid] = told
            # Judged as they come: git is busy with the next ones meanwhile.
            one = heal_range.suspect(told)
            if one is not None:
                self._lacking[told.oid] = one
            if not len(commits) % 1000:
                self._tell("reading commits", len(commits), 0)
        return commits

    def _by_replace(self) -> dict[str, SurveyedCommit]:
        """The commits that git shows in place of others that were looked at."""
        shown = {new: old for old, new in replacements(self._repo).items() if old in self.commits}
        found = {told.oid: told for told in survey.of(self._repo, notes.REF, shown)}
        for new in found:
            self.given.setdefault(new, []).append(Source(shown[new], "replaces"))
        return found

    def _suspects(self) -> dict[str, Candidate]:
        there = {**self.commits, **self._shown} if self._shown else self.commits
        found = {**self._lacking, **heal_range.suspects(self._shown.values())}
        for oid in self.given.keys() & there.keys():
            if oid not in self._shown or not there[oid].note:
                found.setdefault(oid, Candidate(there[oid], frozenset(), (), False))
        for oid in self._again & there.keys():
            known = found.get(oid) or Candidate(there[oid], frozenset(), (), False)
            found[oid] = known._replace(bare=True)
        return found

    def find(self) -> None:
        """Ask all sources, the surest kind first."""
        returned = self._returned() if self.noted else {}
        others = (
            one
            for oid, one in self.commits.items()
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
        known = NamedSources(heal_reflog.replaced(self._repo, self.commits, self._reflogs()), self.given)
        wanted, missing = heal_sources.named(self._repo, self.suspects, known, self.noted)
        self._in_parts("named sources", wanted, self.settling.sure)
        lost = {oid: [one.oid for one in sources] for oid, sources in wanted.items()}
        self.settling.lost(self._gone({**lost, **missing}), "note of a lost commit")

    def _reflogs(self) -> Entries:
        if self._entries is None:
            self._entries = heal_reflog.entries(self._repo)
        return self._entries

    @functools.cached_property
    def _fresh(self) -> frozenset[str]:
        """Commits that were made anew in this clone: no likeness to another commit says anything of them."""
        return heal_reflog.made_anew(self.commits, self._reflogs())

    def _returned(self) -> Sources:
        """Commits that bring back a file of their history, as suspects too, and where it was; their own notes go first."""
        found: Sources = {}
        tips = self._scope.tips or tuple(self.commits)
        tell = self._tell
        for oid, lenders in heal_returned.brought_back(
            self._repo,
            self.commits,
            tips,
            lambda many: tell("looking for files brought back", 0, many),
            self._scope.deep,
        ).items():
            told = self.commits[oid]
            known = set(Note.read(told.note).paths()) if told.note else set()
            sources = [
                Source(old, "file brought back", left)
                for old, paths in lenders.items()
                if (left := paths - known)
            ]
            if sources:
                found[oid] = sources
                self.suspects.setdefault(oid, Candidate(told, frozenset(), (), False))
        return found

    def _gone(self, wanted: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Those sources of which a note, or a copy of one, is all that is here."""
        copied = {old for one in self.suspects.values() for old in one.copied}
        names = sorted(
            {old for olds in wanted.values() for old in olds if old in self.noted or old in copied}
        )
        found = zip(names, self._repo.objects.get_many(names), strict=True)
        gone = {old for old, obj in found if obj is None}
        return {oid: left for oid, olds in wanted.items() if (left := [old for old in olds if old in gone])}

    def _in_parts(self, what: str, wanted: Sources, ask: Callable[[Sources], None]) -> None:
        oids = list(wanted)
        for at in range(0, len(oids), _BATCH):
            ask({oid: wanted[oid] for oid in oids[at : at + _BATCH]})
            self._tell(what, min(at + _BATCH, len(oids)), len(oids))

    def _likely(self, pool: NotedCommits) -> None:
        likely = heal_sources.likely(self._repo, self.settling.open(), pool, self._fresh)
        for n, (kind, sources) in enumerate(likely):
            still = {one.told.oid for one in self.settling.open()}
            left = {oid: olds for oid, olds in sources.items() if oid in still}

            def ask(some: Sources, kind: str = kind) -> None:
                self.settling.likely(kind, some)

            self._in_parts(f"commits with a likeness ({kind})", left, ask)
            if n == 0:
                self._same_patch(pool)
        if pool:
            self._squashed(pool)

    def _bare(self, since: int) -> list[Candidate]:
        """Plain commits that are still without a note, and not older than `since`."""
        return [
            one
            for one in self.settling.open()
            if one.bare and len(one.told.parents) < 2 and one.told.committed + _SLACK >= since
        ]

    def _alike(self, since: int) -> list[Candidate]:
        """Those of them that may repeat another commit: who makes a commit anew makes the change too."""
        return [one for one in self._bare(since) if one.told.oid not in self._fresh]

    def _squashed(self, pool: NotedCommits) -> None:
        """Branches that a server merged as one commit."""
        open_ones = self._alike(min(pool.times()))
        if open_ones:
            self._tell("comparing branches", 0, len(open_ones))
            told = [one.told for one in open_ones]
            found = heal_branch.squashed(self._repo, told, frozenset(self.noted), self._scope.tips)
            self._in_parts("squashed branches", found, self.settling.sure)

    def _same_patch(self, pool: NotedCommits) -> None:
        """Commits with the change of another one that the same person wrote at the same moment."""
        from gitprov.git.files.patches import patch_ids

        moments = pool.moments()
        open_ones = [one for one in self._alike(min(pool.times())) if one.told.moment in moments]
        if not open_ones:
            return
        self._tell("comparing changes", 0, len(open_ones))
        mine = patch_ids(self._repo, [one.told.oid for one in open_ones])
        there = {old for one in open_ones for old in moments[one.told.moment]}
        theirs = patch_ids(self._repo, there)
        pairs = {
            (one.told.oid, old)
            for one in open_ones
            for old in moments[one.told.moment]
            if one.told.oid in mine and mine[one.told.oid] == theirs.get(old)
        }
        kin = Ancestry(self._repo, pairs)
        wanted: Sources = {}
        for oid, old in sorted(pairs):
            if not kin.related(oid, old):
                wanted.setdefault(oid, []).append(Source(old, "same patch"))
        few = {oid: sources[: heal_sources.MOST] for oid, sources in wanted.items()}
        self._in_parts("commits with the same patch", few, self.settling.same)

    def _same_hunks(self, pool: NotedCommits) -> None:
        newest = sorted(pool.members.values(), key=lambda one: -one.committed)
        moments = pool.moments()
        open_ones = [one.told for one in self._alike(min(pool.times())) if one.told.moment in moments]
        there = {old for told in open_ones for old in moments[told.moment]}
        sources = [one.oid for one in newest if one.oid in there][: heal_sources.HUNKS]
        if sources:
            self._tell("comparing hunks", 0, len(open_ones))
            self.settling.hunks({told.oid: frozenset(moments[told.moment]) for told in open_ones}, sources)

    def _formatted(self) -> None:
        """Lines that a formatter broke differently are their parent's."""
        bare = {one.told.oid: one.told for one in self._bare(0) if one.told.parents}
        all_of_them = {**bare, **self._partly.commits}
        found = heal_format.rewrapped(
            self._repo,
            all_of_them,
            lambda done: self._tell("looking for re-wrapped lines", done, len(all_of_them)),
        )
        parents = {oid: [Source(all_of_them[oid].parents[0], REWRAPPED)] for oid in found}
        sure = {oid: sources for oid, sources in parents.items() if oid in bare}
        self._in_parts("re-wrapped lines", sure, self.settling.sure)
        self._beside("re-wrapped lines", {oid: parents[oid] for oid in parents if oid not in bare})

    def _rewritten(self, pool: NotedCommits) -> None:
        """Lines that a commit had before somebody resolved a conflict of it: the resolution alone gave it its note."""
        olds = {
            oid: [old for old in found if says_more(pool.members[old].note, told.note)]
            for oid, told in self._partly.commits.items()
            if (found := pool.rewritten(told)) and oid not in self._fresh
        }
        words = "commits with a likeness (rewritten)"
        kin = Ancestry(self._repo, {(oid, old) for oid, found in olds.items() for old in found})
        self._beside(words, heal_sources.strangers(olds, kin, heal_sources.REWRITTEN))

    def _beside(self, what: str, wanted: Sources) -> None:
        """Ask for lines of which the notes of commits say nothing."""
        asked = self._partly.worth_asking(wanted)
        for oid in asked:
            self.suspects.setdefault(oid, Candidate(self.commits[oid], frozenset(), (), False))
        self._in_parts(what, asked, self.settling.beside)

    def lacks_more(self, oid: str) -> bool:
        """Whether a suspect looked as if it lacked its note; else that only leaves lines open, as it always may."""
        one = self.suspects[oid]
        return one.bare or bool(one.named or one.copied) or oid in self.given

    def remember(self) -> None:
        """Keep for the next run which sources need not be asked again."""
        self._partly.remember(self.settling.lent)

    def recall(self, suspects: Iterable[Candidate], keep: str | None = None) -> list[RecalledNote]:
        """What the inboxes of this clone know of commits; see `Memory.recall`."""
        if self._memory is None:
            if not os.path.isdir(os.path.join(self._repo.home, "inbox")):
                return []
            # All that a commit's hooks need is needed here, and nowhere else in this command.
            from gitprov.flow.heal.inbox import InboxEvidence

            self._memory = InboxEvidence(self._repo, self._told)
        return self._memory.recall(suspects, keep)

    def _told(self) -> frozenset[str]:
        """The traces that some note speaks of."""
        return frozenset(trace for text in self._texts() for trace in IDS.findall(text))

    def _sets(self) -> Iterator[frozenset[str]]:
        """The traces of each note that has more of them than a message names one by one."""
        for text in self._texts():
            if text.count('"trace"') > NAMED_TRACES:
                yield frozenset(Note.read(text).traces)

    def _texts(self) -> Iterator[str]:
        """The text of each note here."""
        objects = self._repo.objects.get_many(self.noted.values())
        return (decode(one.data) for one in objects if one is not None)

    def changes(self) -> dict[str, Note]:
        """Commit → what it inherits, for those whose notes that would change; an empty note takes a copy back."""
        from gitprov.flow.carry.write_notes import beside

        out = {}
        for oid, one in self.suspects.items():
            note = self.settling.notes.get(oid)
            if one.copied and (note is not None or self._all_here(one.copied)):
                out[oid] = note or Note()
            elif note is not None:
                own = Note.read(one.told.note) if one.told.note else None
                if beside(own, note) != own:
                    out[oid] = note
        return out

    def _all_here(self, oids: Iterable[str]) -> bool:
        return all(found is not None for found in self._repo.objects.get_many(oids))
