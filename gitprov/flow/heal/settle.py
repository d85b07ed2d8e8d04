"""Builds the notes that commits lack from their possible sources, one kind of source after the other."""

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

#: Kind of likeness → lines with words that a run must have to count as evidence; 1 for other kinds.
_LEAST = {"subject": 2}
#: The `how` of a Source that is the parent of a formatter's commit.
REWRAPPED = "re-wrapped"


# gitprov.flow.carry is imported inside functions: a run that carries no lines must not wait for the import.


def _repeats(source: Source) -> bool:
    """Whether a commit replaces or repeats its source; else it only contains some of the source's lines."""
    return source.only is None and source.how not in ("reverts its child", REWRAPPED)


class Resolution:
    """The notes and sources found so far, by suspect.

    `misfits`: suspect → missing source commit → paths for which that one's note does not fit. `supplemented`:
    commits with a note that got further lines. `tried`: all sources asked; `unsure`: lines in dispute.
    """

    def __init__(self, repo: Repository, suspects: Mapping[str, Candidate]) -> None:
        self._repo = repo
        self._suspects = suspects
        self.notes: dict[str, Note] = {}
        self.supplemented: set[str] = set()
        self.sources: dict[str, list[Source]] = {}
        self.tried: dict[str, list[Source]] = {}
        self.unsure: dict[str, dict[str, LineSet]] = {}
        self.misfits: dict[str, dict[str, tuple[str, ...]]] = {}

    def open(self) -> list[Candidate]:
        """The suspects for which further kinds of sources may add lines."""
        return [
            candidate
            for oid, candidate in self._suspects.items()
            if (candidate.bare or candidate.named)
            and (
                oid not in self.notes
                or oid in self.unsure
                or not candidate.named <= self.notes[oid].traces.keys()
            )
        ]

    def sure(self, sources_of: Sources) -> None:
        """Carry lines from certain sources: all sources of a commit are used, the last one first."""
        from gitprov.flow.carry.carry import carry
        from gitprov.flow.carry.values import Rewrite

        pairs = [
            Rewrite(source.oid, oid, _repeats(source), source.only)
            for oid, sources in sources_of.items()
            for source in sources
        ]
        for oid, note in carry(self._repo, pairs).items():
            self._take(oid, note, sources_of[oid])
        for oid, sources in sources_of.items():
            self.tried.setdefault(oid, []).extend(sources)

    def lost(self, olds_of: Mapping[str, Iterable[str]], how: str) -> None:
        """Use the notes of source commits that are not in this clone, or the copies that git made of them.

        `how` is that of their Sources.
        """
        from gitprov.flow.heal.lines.literal import literally

        noted = notes.read(self._repo, {old for olds in olds_of.values() for old in olds})
        for oid, olds in olds_of.items():
            candidate = self._suspects[oid]
            for old in olds:
                note = Note.read(candidate.commit.note) if old in candidate.copied else noted.get(old)
                if note is not None:
                    done = literally(self._repo, note, old, oid)
                    if done.note is not None:
                        self._take(oid, done.note, [Source(old, how)])
                    if done.misfits:
                        self.misfits.setdefault(oid, {})[old] = done.misfits

    def likely(self, kind: str, sources_of: Sources) -> None:
        """Carry lines from sources that are only likely: only claims on which they agree are used."""
        for oid, answers in self._ask_each(sources_of).items():
            kept: list[tuple[Source, Note]] = []
            for source, note in answers:
                reliable = self._reliable(kind, oid, note)
                if reliable is not None:
                    kept.append((source, reliable))
            self._agreed(oid, kept, strictly=False)
        for oid, sources in sources_of.items():
            self.tried.setdefault(oid, []).extend(sources)

    def beside(self, sources_of: Sources) -> None:
        """Add lines that a commit's own note does not claim, and on which its sources agree."""
        from gitprov.flow.carry.solid import agree
        from gitprov.flow.carry.write_notes import beside
        from gitprov.flow.heal.lines.partly import open_lines

        for oid, answers in self._ask_each(sources_of, partial=True).items():
            note_here = beside(Note.read(self._suspects[oid].commit.note), self.notes.get(oid, Note()))
            kept: list[tuple[Source, Note]] = []
            for source, note in answers:
                sure = source.how == REWRAPPED
                reliable = note if sure else self._reliable("rewritten", oid, note)
                lines_left = open_lines(note_here, reliable) if reliable is not None else None
                if lines_left is not None:
                    kept.append((source, lines_left))
            done = agree([note for _, note in kept]).note if kept else None
            if done is not None:
                self._take(oid, done, [source for source, _ in kept])
                self.supplemented.add(oid)

    def same(self, sources_of: Sources) -> None:
        """Carry lines from sources with the same change: a line counts only if all of them claim it.

        A note with few claimed lines that have words counts as empty: two people may well add the same line.
        """
        from gitprov.flow.carry.same_hunks import LEAST
        from gitprov.flow.carry.solid import worded

        answers = self._ask_each(sources_of)
        for oid, sources in sources_of.items():
            note_of = {
                source: note
                for source, note in answers.get(oid, ())
                if worded(self._repo, oid, note) >= LEAST
            }
            if note_of:
                self._agreed(
                    oid, [(source, note_of.get(source, Note())) for source in sources], strictly=True
                )
            self.tried.setdefault(oid, []).extend(sources)

    def hunks(self, sources_of: Mapping[str, frozenset[str]], sources: list[str]) -> None:
        """Carry lines of hunks that are also in a source, with the same lines and context.

        `sources_of` restricts the sources of each commit; `sources` are all of them.
        """
        from gitprov.flow.carry import same_hunks

        hunks = same_hunks.by_commit(self._repo, sources_of, sources)
        hits_of = {oid: [hit for hit in hits if hit.source in sources_of[oid]] for oid, hits in hunks.items()}
        kin = Ancestry(self._repo, {(oid, hit.source) for oid, hits in hits_of.items() for hit in hits})
        noted = notes.read(self._repo, {hit.source for hits in hits_of.values() for hit in hits})
        for oid, hits in hits_of.items():
            answers: list[tuple[Source, Note]] = []
            for hit in hits:
                note = noted.get(hit.source)
                inherited = same_hunks.heritage(note, [hit]).note(oid, 0) if note is not None else None
                if inherited is not None and not kin.related(oid, hit.source):
                    rows = [row for row in inherited.rows.values() if row.kind != "commit"]
                    answers.append((Source(hit.source, "same hunk"), Note(rows)))
            self._agreed(oid, answers, strictly=False)

    def _ask_each(
        self, sources_of: Sources, *, partial: bool = False
    ) -> dict[str, list[tuple[Source, Note]]]:
        from gitprov.flow.carry.carry import carry
        from gitprov.flow.carry.values import Rewrite

        answers: dict[str, list[tuple[Source, Note]]] = {}
        for turn in range(max(map(len, sources_of.values()), default=0)):
            pairs = {oid: sources[turn] for oid, sources in sources_of.items() if turn < len(sources)}
            rewrites = [
                Rewrite(source.oid, oid, not partial and _repeats(source)) for oid, source in pairs.items()
            ]
            for oid, note in carry(self._repo, rewrites).items():
                answers.setdefault(oid, []).append((pairs[oid], note))
        return answers

    def _reliable(self, kind: str, oid: str, note: Note) -> Note | None:
        from gitprov.flow.carry.solid import of_traces, solid

        if kind == "trace":
            named = of_traces(note, self._suspects[oid].named)
            if named is None:
                return None
            note = named
        return solid(self._repo, oid, note, _LEAST.get(kind, 1))

    def _agreed(self, oid: str, answers: list[tuple[Source, Note]], *, strictly: bool) -> None:
        from gitprov.flow.carry.solid import agree

        if not answers:
            return
        done = agree([note for _, note in answers], strictly=strictly)
        if done.note is not None:
            self._take(oid, done.note, [source for source, note in answers if note])
        for path, lines in done.unsure.items():
            by_path = self.unsure.setdefault(oid, {})
            by_path[path] = by_path.get(path, LineSet()) | lines
        self._now_sure(oid)

    def _take(self, oid: str, note: Note, sources: Iterable[Source]) -> None:
        from gitprov.flow.carry.write_notes import beside

        self.notes[oid] = beside(self.notes.get(oid), note)
        listed = self.sources.setdefault(oid, [])
        listed += [one for one in sources if one not in listed]
        self._now_sure(oid)

    def _now_sure(self, oid: str) -> None:
        """Remove from `unsure` the lines that the commit's note now claims from a more certain source."""
        note = self.notes.get(oid, Note())
        for path, lines in list(self.unsure.get(oid, {}).items()):
            lines = lines - union(claim.lines for claim in note.claims(path))  # noqa: PLW2901 - what is left
            self.unsure[oid][path] = lines
            if not lines:
                del self.unsure[oid][path]
        if not self.unsure.get(oid, True):
            del self.unsure[oid]
