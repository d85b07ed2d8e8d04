"""What several sources say of one commit: lines they agree on are claimed, those they do not are left
alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.inherit import recounted
from gitprov.flow.carry.write_notes import without
from gitprov.git.files.tree import blobs
from gitprov.model.lines import is_trivial, split_lines
from gitprov.model.note import Note, Row
from gitprov.model.ranges import LineSet, repeated, union

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

Lines = Mapping[str, LineSet]
"""Path → lines of it."""


class Consensus(NamedTuple):
    """The union of several answers, None where nothing is left of it; `unsure` are the lines they differ
    on.
    """

    note: Note | None
    unsure: dict[str, LineSet]


def agree(answers: Sequence[Note], *, strictly: bool = False) -> Consensus:
    """Unite what sources say of one commit's lines.

    Different traces (or people) for one line are no answer. `strictly`: neither is a claim that one of them
    does not make, as where all of them hold the very same change.
    """
    unsure: dict[str, LineSet] = {}
    for path in {path for note in answers for path in note.paths()}:
        owners: dict[tuple[str, str], list[LineSet]] = {}
        whole: list[LineSet] = []
        for note in answers:
            claims = note.claims(path)
            for claim in claims:
                owners.setdefault((claim.row["kind"], claim.row["id"]), []).append(claim.lines)
            whole.append(union(claim.lines for claim in claims))
        open_lines = repeated(map(union, owners.values())) | (_not_in_all(whole) if strictly else LineSet())
        if open_lines:
            unsure[path] = open_lines
    united = Note()
    for note in answers:
        united = united | (lessened(note, unsure) if unsure else note)
    return Consensus(united if any(key[0] != "commit" for key in united.rows) else None, unsure)


def _not_in_all(claims: Sequence[LineSet]) -> LineSet:
    every, some = claims[0], LineSet()
    for lines in claims:
        every, some = every & lines, some | lines
    return some - every


def lessened(note: Note, gone: Lines) -> Note:
    """A note that does not claim some lines; counts follow."""
    rows = [
        row_left for row in note.rows.values() if (row_left := _counted(row, without(row, gone))) is not None
    ]
    return Note(rows, note.foreign)


def _counted(before: Row, row: Row | None) -> Row | None:
    if row is None or row["kind"] != "trace" or row == before or not isinstance(row.get("delta"), dict):
        return row
    delta = row["delta"]
    return {**row, "delta": recounted(row, delta.get("dropped") or 0, delta.get("pending") or 0)}


def of_traces(note: Note, traces: Collection[str]) -> Note | None:
    """What a note says of some traces, and of the commit itself; None where it says nothing of them."""
    rows = [
        row
        for (kind, name), row in note.rows.items()
        if kind == "commit"
        or (kind == "trace" and name in traces)
        or (kind == "review" and name.partition("/")[0] in traces)
    ]
    return Note(rows) if any(row["kind"] == "trace" for row in rows) else None


def solid(repo: Repository, commit: str, note: Note, least: int) -> Note | None:
    """A note without runs of lines that have fewer than `least` lines with words: brackets and blanks, which
    look the same whoever writes them. None where nothing is left.
    """
    weak: dict[str, LineSet] = {}
    for path, run, words in _runs(repo, commit, note):
        if words < least:
            weak[path] = weak.get(path, LineSet()) | LineSet.of_runs([run])
    rest = lessened(note, weak) if weak else note
    return rest if any(key[0] != "commit" for key in rest.rows) else None


def worded(repo: Repository, commit: str, note: Note) -> int:
    """How many lines with words a note of a commit claims."""
    return sum(words for _, _, words in _runs(repo, commit, note))


def _runs(repo: Repository, commit: str, note: Note) -> Iterator[tuple[str, tuple[int, int], int]]:
    """Each run of claimed lines, with its path and how many of them have words."""
    oids = blobs(repo, commit, note.paths())
    for path in note.paths():
        texts = split_lines(repo.objects.blob(oids[path])) if path in oids else []
        for run in union(claim.lines for claim in note.claims(path)).runs:
            yield path, run, sum(not is_trivial(line) for line in texts[run[0] - 1 : run[1]])
