"""Commits whose note, made of evidence of their own, says nothing of some lines: these may be another
commit's.

What such a note says stays as it is. A source that gave a commit nothing is not asked again until some note
changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.flow.heal import memory as heal_memory
from gitprov.model.note import Note
from gitprov.store import notes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from gitprov.flow.heal.named import Source
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

#: The file of pairs that were asked in vain, below the notes' state that this holds for.
_ASKED = "heal-asked"
_CLASSES = ("ai", "edited", "human")


class PartialNotes:
    """The plain commits among `commits` that have a note. Which pairs of commit and source gave nothing is
    remembered.
    """

    def __init__(self, repo: Repository, commits: Iterable[SurveyedCommit]) -> None:
        self.commits = {one.oid: one for one in commits if one.note and len(one.parents) == 1}
        self._repo = repo
        self._known: set[tuple[str, str]] | None = None
        self._asked: set[tuple[str, str]] = set()
        self._state = ""

    def worth_asking(self, sources_of: Mapping[str, list[Source]]) -> dict[str, list[Source]]:
        """Those of the sources that may still have something to say of lines that a note leaves open."""
        open_sources: dict[str, list[Source]] = {}
        for oid, sources in sources_of.items():
            untried = [one for one in sources if (oid, one.oid) not in self._remembered()]
            if untried and _leaves_lines(oid, Note.read(self.commits[oid].note)):
                open_sources[oid] = untried
            self._asked.update((oid, one.oid) for one in untried)
        return open_sources

    def remember(self, gave: Collection[str]) -> None:
        """Keep which sources gave nothing: all that were asked but for those of commits that something was
        found for.
        """
        new = {pair for pair in self._asked if pair[0] not in gave} - self._remembered()
        # With more of the history there may be more to find.
        if not new or self._repo.cut_off:
            return
        rows = [self._state, *(f"{oid} {source}" for oid, source in sorted(self._remembered() | new))]
        heal_memory.keep(self._repo, _ASKED, rows)

    def _remembered(self) -> set[tuple[str, str]]:
        if self._known is None:
            state = self._repo.objects.get(notes.REF)
            self._state = state.oid if state is not None else ""
            first, *rows = heal_memory.rows(self._repo, _ASKED) or [""]
            is_current = first == self._state and not self._repo.cut_off
            pairs = (row.split(" ") for row in rows) if is_current else ()
            self._known = {(pair[0], pair[1]) for pair in pairs if len(pair) == 2}
        return self._known


def says_more(source: str, note: str) -> bool:
    """Whether one raw note claims more lines than another for some trace or person: after a clean rebase
    none does.
    """
    from gitprov.model.note import line_count

    rows = Note.read(note).rows
    return any(
        line_count(row, *_CLASSES) > line_count(rows.get(key, {}), *_CLASSES)
        for key, row in Note.read(source).rows.items()
    )


def open_lines(note: Note, inherited: Note) -> Note | None:
    """What is given of lines that a commit's own note does not claim, as a note without a row of the commit.

    None for nothing. Who reviewed a part of a trace has not seen what comes to it now.
    """
    from gitprov.flow.carry.solid import lessened
    from gitprov.model.note import line_count
    from gitprov.model.ranges import LineSet

    taken = {
        path: LineSet.of_runs(run for claim in note.claims(path) for run in claim.lines.runs)
        for path in note.paths()
    }
    rows = lessened(inherited, taken).rows
    rest = {key: row for key, row in rows.items() if line_count(row, *_CLASSES)}
    new = {name for kind, name in rest if kind == "trace" and name not in note.traces}
    reviews = [row for key, row in rows.items() if key[0] == "review" and key[1].partition("/")[0] in new]
    return Note([*rest.values(), *reviews]) if rest else None


def _leaves_lines(oid: str, note: Note) -> bool:
    """Whether a commit adds more lines than its note claims. A copied note tells nothing of it."""
    from gitprov.model.note import line_count

    if note.copied_from(oid):
        return False
    added = (note.commit or {}).get("added")
    claimed = sum(
        line_count(row, *_CLASSES) for key, row in note.rows.items() if key[0] in ("trace", "human")
    )
    return not isinstance(added, int) or claimed < added
