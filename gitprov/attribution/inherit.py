"""Collects the claims that a target commit inherits, line by line from source notes, as rows."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from gitprov.attribution.note_rows import recounted, weakest
from gitprov.model.ids import is_trace_id
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import CommitRow, Inherited, LineRow, ReviewRow, TraceRow, files_entry
from gitprov.model.ranges import LineSet, shared_out, union

if TYPE_CHECKING:
    from gitprov.attribution.carry import LineRun

Key = tuple[str, str]


def note_of(inherited: Inherited, commit: str, added: int, *, always: bool = False) -> Note | None:
    """The note of a commit with only these claims. None if there are none; `always`: only where `noted` is
    false as well.
    """
    if not inherited.rows and not inherited.dropped and not (always and inherited.noted):
        return None
    row = CommitRow.of(commit, inherited.gate or "absent", added, inherited.dropped)
    return Note([*inherited.rows, row])


class InheritedClaims:
    """Collects claims for one target. For each line, the first claim holds."""

    def __init__(self) -> None:
        self._rows: dict[Key, LineRow] = {}
        self._lines: dict[Key, dict[str, dict[str, LineSet]]] = {}
        self._deleted: dict[Key, dict[str, int]] = {}
        self._bounded: dict[Key, dict[str, str]] = {}
        self._lost: dict[Key, int] = {}
        self._taken: dict[str, LineSet] = {}
        self._reviewed: dict[str, dict[int, dict[str, ReviewRow]]] = {}
        self._sorted: dict[int, tuple[Note, dict[str, dict[str, ReviewRow]]]] = {}
        self._gate: str | None = None
        self._dropped: dict[str, str] = {}

    def take(self, note: "Note", old: str, path: str, runs: "Iterable[LineRun]") -> None:
        """Add a note's claims on its file `old`, for the lines that `runs` map to the target's `path`."""
        from gitprov.attribution.carry import LineMap

        claims = [claim for claim in note.claims(old) if _is_known(claim.row)]
        reviews = self._reviews_of(note) if claims else {}
        kept = LineMap(runs)
        moves = [kept.moved(claim.lines) for claim in claims]
        taken = self._taken.get(path, LineSet())
        self._taken[path] = union([taken, *moves])
        for claim, lines in zip(claims, shared_out([taken, *moves])[1:], strict=True):
            if lines:
                classes = self._lines.setdefault(self._key_of(claim.row), {}).setdefault(path, {})
                classes[claim.cls] = classes.get(claim.cls, LineSet()) | lines
                self._reviewed.setdefault(claim.row.id, {})[id(note)] = reviews.get(claim.row.id, {})

    def add_commit_facts(
        self, note: "Note", names: dict[str, str], removed: dict[str, int], counted: Collection[str] = ()
    ) -> None:
        """Add what a note has besides lines: gate, exceptions, numbers of deleted and dropped lines, and why
        lines were not compared.

        `names`: path in the source → path in the target, if it differs. `removed`: path → number of lines
        that the target removes. `counted`: traces whose dropped lines are counted elsewhere.
        """
        from gitprov.model.notes.note import GATES

        if note.commit is not None:
            gates = [gate for gate in (self._gate, note.commit.gate) if gate in GATES]
            self._gate = max(gates, key=GATES.index, default=None)
            self._dropped.update(note.commit.dropped or {})
        for row in filter(_is_known, note.traces.values()):
            key = self._key_of(row)
            if row.id not in counted:
                self._lost[key] = self._lost.get(key, 0) + row.counted("dropped")
            for old in row.files:
                path = names.get(old, old)
                gone, most, reason = row.deleted(old), removed.get(path, 0), row.bounded(old)
                if reason and path in removed:
                    self._bounded.setdefault(key, {})[path] = reason
                if gone and most:
                    counts = self._deleted.setdefault(key, {})
                    counts[path] = min(most, counts.get(path, 0) + gone)

    def result(self) -> Inherited:
        """The rows for all claims added so far."""
        rows = [row for row in (self._row(key) for key in sorted(self._rows)) if row is not None]
        traces = {row.id for row in rows if isinstance(row, TraceRow)}
        reviews = [row for trace in sorted(traces) for row in self._all_say(trace)]
        return Inherited([*rows, *reviews], self._gate, self._dropped)

    def _all_say(self, trace: str) -> list[ReviewRow]:
        """Reviews of a trace in all notes that gave lines of it, as a review in one covers only a part."""
        reviews = list(self._reviewed.get(trace, {}).values())
        return (
            [row for name, row in sorted(reviews[0].items()) if all(name in reviewed for reviewed in reviews)]
            if reviews
            else []
        )

    def _reviews_of(self, note: "Note") -> dict[str, dict[str, ReviewRow]]:
        """Trace → its reviews in a note, by id; cached, as many files and traces need them."""
        if id(note) not in self._sorted:
            reviews_of: dict[str, dict[str, ReviewRow]] = {}
            for name, row in note.of(ReviewRow).items():
                reviews_of.setdefault(row.trace, {})[name] = row
            self._sorted[id(note)] = (note, reviews_of)
        return self._sorted[id(note)][1]

    def _key_of(self, row: LineRow) -> Key:
        self._rows.setdefault(row.identity, row)
        return row.identity

    def _row(self, key: Key) -> LineRow | None:
        lines, deleted = self._lines.get(key, {}), self._deleted.get(key, {})
        bounded = self._bounded.get(key, {})
        files = {
            path: files_entry(lines.get(path, {}), deleted.get(path, 0), bounded.get(path))
            for path in sorted({*lines, *deleted, *bounded})
        }
        if not files:
            return None
        row = self._rows[key].replace(files=files)
        if isinstance(row, TraceRow):
            delta = recounted(row, self._lost.get(key, 0))
            return row.replace(evidence=weakest(row.evidence, "carried"), delta=delta)
        return row


def _is_known(row: LineRow) -> bool:
    """Whether a row is of a person or has a valid trace id; other names must get into no message or note."""
    return not isinstance(row, TraceRow) or is_trace_id(row.id)
