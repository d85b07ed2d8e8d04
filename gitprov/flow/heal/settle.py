"""Settling: from sources to the notes that commits lack, kind by kind, until nothing is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gitprov.flow.heal.named import Source
from gitprov.flow.heal.pool import Ancestry
from gitprov.model.note import Note
from gitprov.model.ranges import LineSet, union
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.flow.heal.likely import Sources
    from gitprov.flow.heal.scope import Candidate
    from gitprov.git.repo import Repository

#: Lines with words that a run must have where only a likeness speaks for it.
_LEAST = {"subject": 2}
#: How the parent of a formatter's commit is known.
REWRAPPED = "re-wrapped"


# What carries lines is imported where there are some: a run that has nothing to do should not wait for it.


def _repeats(source: Source) -> bool:
    """Whether a commit takes the place of its source; else it only has lines of it."""
    return source.only is None and source.how not in ("reverts its child", REWRAPPED)


class Resolution:
    """What was found for each suspect so far.

    `left` are paths that a lost commit's note could not be told for; `lent` the commits whose note got lines beside its own.
    """

    def __init__(self, repo: Repository, suspects: Mapping[str, Candidate]) -> None:
        self._repo = repo
        self._suspects = suspects
        self.notes: dict[str, Note] = {}
        self.lent: set[str] = set()
        self.sources: dict[str, list[Source]] = {}
        self.asked: dict[str, list[Source]] = {}
        self.unsure: dict[str, dict[str, LineSet]] = {}
        self.left: dict[str, dict[str, tuple[str, ...]]] = {}

    def open(self) -> list[Candidate]:
        """The suspects for which more kinds of sources are worth asking."""
        return [
            one
            for oid, one in self._suspects.items()
            if (one.bare or one.named)
            and (
                oid not in self.notes or oid in self.unsure or not one.named <= self.notes[oid].traces.keys()
            )
        ]

    def sure(self, wanted: Sources) -> None:
        """Sources that are certain: all of a commit's are asked, the last one first."""
        from gitprov.flow.carry.carry import carry
        from gitprov.flow.carry.values import Rewrite

        pairs = [
            Rewrite(one.oid, oid, _repeats(one), one.only)
            for oid, sources in wanted.items()
            for one in sources
        ]
        for oid, note in carry(self._repo, pairs).items():
            self._take(oid, note, wanted[oid])
        for oid, sources in wanted.items():
            self.asked.setdefault(oid, []).extend(sources)

    def lost(self, wanted: Mapping[str, Iterable[str]], how: str) -> None:
        """Sources that are not here, of which only the notes are left, or the copy that git made of one."""
        from gitprov.flow.heal.lines.literal import literally

        known = notes.read(self._repo, {old for olds in wanted.values() for old in olds})
        for oid, olds in wanted.items():
            one = self._suspects[oid]
            for old in olds:
                note = Note.read(one.told.note) if old in one.copied else known.get(old)
                if note is not None:
                    done = literally(self._repo, note, old, oid)
                    if done.note is not None:
                        self._take(oid, done.note, [Source(old, how)])
                    if done.left:
                        self.left.setdefault(oid, {})[old] = done.left

    def likely(self, kind: str, wanted: Sources) -> None:
        """Sources of which each might be the one: only what they agree on is taken."""
        for oid, answers in self._ask_each(wanted).items():
            kept: list[tuple[Source, Note]] = []
            for source, note in answers:
                given = self._reliable(kind, oid, note)
                if given is not None:
                    kept.append((source, given))
            self._agreed(oid, kept, strictly=False)
        for oid, sources in wanted.items():
            self.asked.setdefault(oid, []).extend(sources)

    def beside(self, wanted: Sources) -> None:
        """Sources of commits that have a note: they lend lines of which that note says nothing, and agree on."""
        from gitprov.flow.carry.solid import agree
        from gitprov.flow.carry.write_notes import beside
        from gitprov.flow.heal.lines.partly import open_lines

        for oid, answers in self._ask_each(wanted, lent=True).items():
            own = beside(Note.read(self._suspects[oid].told.note), self.notes.get(oid, Note()))
            kept: list[tuple[Source, Note]] = []
            for source, note in answers:
                sure = source.how == REWRAPPED
                given = note if sure else self._reliable("rewritten", oid, note)
                left = open_lines(own, given) if given is not None else None
                if left is not None:
                    kept.append((source, left))
            done = agree([note for _, note in kept]).note if kept else None
            if done is not None:
                self._take(oid, done, [source for source, _ in kept])
                self.lent.add(oid)

    def same(self, wanted: Sources) -> None:
        """Sources that made the very same change: one that claims a line which another does not is no answer.

        Two people may well add the same one line.
        """
        from gitprov.flow.carry.same_hunks import LEAST
        from gitprov.flow.carry.solid import worded

        answers = self._ask_each(wanted)
        for oid, sources in wanted.items():
            told = {one: note for one, note in answers.get(oid, ()) if worded(self._repo, oid, note) >= LEAST}
            if told:
                self._agreed(oid, [(one, told.get(one, Note())) for one in sources], strictly=True)
            self.asked.setdefault(oid, []).extend(sources)

    def hunks(self, wanted: Mapping[str, frozenset[str]], sources: list[str]) -> None:
        """Hunks that stand, lines and context, in one of the sources as well; `wanted` names those of each commit."""
        from gitprov.flow.carry import same_hunks

        hunks = same_hunks.by_commit(self._repo, wanted, sources)
        found = {oid: [one for one in hits if one.source in wanted[oid]] for oid, hits in hunks.items()}
        kin = Ancestry(self._repo, {(oid, one.source) for oid, hits in found.items() for one in hits})
        known = notes.read(self._repo, {one.source for hits in found.values() for one in hits})
        for oid, hits in found.items():
            answers: list[tuple[Source, Note]] = []
            for one in hits:
                note = known.get(one.source)
                given = same_hunks.heritage(note, [one]).note(oid, 0) if note is not None else None
                if given is not None and not kin.related(oid, one.source):
                    rows = [row for row in given.rows.values() if row["kind"] != "commit"]
                    answers.append((Source(one.source, "same hunk"), Note(rows)))
            self._agreed(oid, answers, strictly=False)

    def _ask_each(self, wanted: Sources, *, lent: bool = False) -> dict[str, list[tuple[Source, Note]]]:
        from gitprov.flow.carry.carry import carry
        from gitprov.flow.carry.values import Rewrite

        found: dict[str, list[tuple[Source, Note]]] = {}
        for turn in range(max(map(len, wanted.values()), default=0)):
            pairs = {oid: sources[turn] for oid, sources in wanted.items() if turn < len(sources)}
            asked = [Rewrite(one.oid, oid, not lent and _repeats(one)) for oid, one in pairs.items()]
            for oid, note in carry(self._repo, asked).items():
                found.setdefault(oid, []).append((pairs[oid], note))
        return found

    def _reliable(self, kind: str, oid: str, note: Note) -> Note | None:
        from gitprov.flow.carry.solid import of_traces, solid

        if kind == "trace":
            said = of_traces(note, self._suspects[oid].named)
            if said is None:
                return None
            note = said
        return solid(self._repo, oid, note, _LEAST.get(kind, 1))

    def _agreed(self, oid: str, answers: list[tuple[Source, Note]], *, strictly: bool) -> None:
        from gitprov.flow.carry.solid import agree

        if not answers:
            return
        done = agree([note for _, note in answers], strictly=strictly)
        if done.note is not None:
            self._take(oid, done.note, [source for source, note in answers if note])
        for path, lines in done.unsure.items():
            own = self.unsure.setdefault(oid, {})
            own[path] = own.get(path, LineSet()) | lines
        self._now_sure(oid)

    def _take(self, oid: str, note: Note, sources: Iterable[Source]) -> None:
        from gitprov.flow.carry.write_notes import beside

        self.notes[oid] = beside(self.notes.get(oid), note)
        own = self.sources.setdefault(oid, [])
        own += [one for one in sources if one not in own]
        self._now_sure(oid)

    def _now_sure(self, oid: str) -> None:
        """A line that a surer source has answered for since is open no more."""
        note = self.notes.get(oid, Note())
        for path, lines in list(self.unsure.get(oid, {}).items()):
            lines = lines - union(claim.lines for claim in note.claims(path))  # noqa: PLW2901 - what is left
            self.unsure[oid][path] = lines
            if not lines:
                del self.unsure[oid][path]
        if not self.unsure.get(oid, True):
            del self.unsure[oid]
