"""Commits whose notes, from their own evidence, do not claim some lines: these may be from another commit.

The claims of such a note stay as they are. A source that yielded nothing for a commit is not tried again
until some note changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.flow.heal import memory as heal_memory
from gitprov.model.note import Note
from gitprov.model.rows import LineRow, NoteRow, ReviewRow
from gitprov.store import notes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from gitprov.flow.heal.named import Source
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

#: The file of (commit, source) pairs that yielded nothing; its first row is the notes' state they hold for.
_ASKED = "heal-asked"


class PartialNotes:
    """Those of `commits` with a note and one parent, and the (commit, source) pairs that yielded nothing."""

    def __init__(self, repo: Repository, commits: Iterable[SurveyedCommit]) -> None:
        self.commits = {one.oid: one for one in commits if one.note and len(one.parents) == 1}
        self._repo = repo
        self._known: set[tuple[str, str]] | None = None
        self._asked: set[tuple[str, str]] = set()
        self._state = ""

    def worth_asking(self, sources_of: Mapping[str, list[Source]]) -> dict[str, list[Source]]:
        """The untried sources of commits whose notes leave added lines unclaimed; counts them as tried."""
        open_sources: dict[str, list[Source]] = {}
        for oid, sources in sources_of.items():
            untried = [one for one in sources if (oid, one.oid) not in self._remembered()]
            if untried and _leaves_lines(oid, Note.read(self.commits[oid].note)):
                open_sources[oid] = untried
            self._asked.update((oid, one.oid) for one in untried)
        return open_sources

    def remember(self, gave: Collection[str]) -> None:
        """Store the tried (commit, source) pairs as yielding nothing, except those of commits in `gave`."""
        new = {pair for pair in self._asked if pair[0] not in gave} - self._remembered()
        # In a shallow clone nothing is stored: with more of the history more may be found.
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
    """Whether the raw note `source` claims more lines than `note` for some trace or person.

    After a clean rebase it does not.
    """
    rows = Note.read(note).rows
    return any(
        _claimed(row) > (_claimed(rows[key]) if key in rows else 0)
        for key, row in Note.read(source).rows.items()
    )


def open_lines(note: Note, inherited: Note) -> Note | None:
    """The claims of `inherited` on lines that `note` does not claim, without a commit row; None if none.

    Reviews are kept only for traces new to `note`: reviewers of the others have not seen the new lines.
    """
    from gitprov.flow.carry.solid import lessened
    from gitprov.model.ranges import LineSet

    taken = {
        path: LineSet.of_runs(run for claim in note.claims(path) for run in claim.lines.runs)
        for path in note.paths()
    }
    rows = lessened(inherited, taken).rows
    rest = {key: row for key, row in rows.items() if _claimed(row)}
    new = {name for kind, name in rest if kind == "trace" and name not in note.traces}
    reviews = [row for row in rows.values() if isinstance(row, ReviewRow) and row.trace in new]
    return Note([*rest.values(), *reviews]) if rest else None


def _leaves_lines(oid: str, note: Note) -> bool:
    """Whether a commit adds more lines than its note claims; False for a copied note, True if unknown."""
    if note.copied_from(oid):
        return False
    added = note.commit.added if note.commit is not None else None
    return added is None or sum(map(_claimed, note.rows.values())) < added


def _claimed(row: NoteRow) -> int:
    """How many lines a row claims."""
    return row.count("ai", "edited", "human") if isinstance(row, LineRow) else 0
