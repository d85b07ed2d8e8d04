"""Reads what is recorded of commits: claims on the lines that they add, reviews, declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.flow.change import new_lines
from gitprov.flow.read.reviews import reviews_of
from gitprov.git.files import diff
from gitprov.git.history.facts import CommitFacts, facts, selected
from gitprov.git.history.trailers import pairs
from gitprov.interop.declarations import declared, unnamed
from gitprov.model import canonical
from gitprov.model.exchange.exchange import RecordedCommit, RecordedRange
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import HumanRow, TraceRow
from gitprov.model.ranges import LineSet, added_lines, owners
from gitprov.model.sidecars import sidecar_target
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.files.diff import FileChange
    from gitprov.git.repo import Repository

#: Commits whose changes are in memory at once.
_AT_ONCE = 200


def chosen(repo: Repository, revisions: Sequence[str]) -> list[str]:
    """The commits that revisions select, all of HEAD without any; oldest first."""
    if not revisions and repo.resolve("HEAD") is None:
        return []
    return selected(repo, revisions or ["HEAD"])[::-1]


def changed_files(repo: Repository, oids: Sequence[str]) -> Iterator[tuple[CommitFacts, list[FileChange]]]:
    """Each commit with the files in which it adds lines that none of its parents has."""
    for start in range(0, len(oids), _AT_ONCE):
        commits = list(facts(repo, oids[start : start + _AT_ONCE]))
        single = [commit for commit in commits if len(commit.parents) < 2]
        parents = repo.objects.commits(parent for commit in single for parent in commit.parents)
        empty = repo.empty_tree()
        sides = {commit.oid: (_tree(commit, parents, empty), commit.tree) for commit in single}
        shown = diff.between_trees(repo, list(dict.fromkeys(sides.values())))
        for commit in commits:
            side = sides.get(commit.oid)
            yield commit, shown[side] if side else _merged(repo, commit)


def _tree(commit: CommitFacts, parents: Mapping[str, object], empty: str) -> str:
    """The tree before a commit; at the edge of a shallow clone its own, as nothing shows what it adds."""
    if not commit.parents:
        return empty
    return str(getattr(parents.get(commit.parents[0]), "tree", commit.tree))


def _merged(repo: Repository, commit: CommitFacts) -> list[FileChange]:
    return new_lines(repo, commit.parents, commit.parents[0], commit.oid)


def lines_of(changes: Sequence[FileChange]) -> dict[str, LineSet]:
    """Path → the lines that changes add, 1-based; files without any, and sidecars, are left out."""
    lines = {change.path: added_lines(change.hunks) for change in changes if change.has_text}
    return {path: added for path, added in lines.items() if added and sidecar_target(path) is None}


def recorded(repo: Repository, oids: Sequence[str]) -> Iterator[RecordedCommit]:
    """What is recorded of commits, in their order. Notes that git copied from other commits claim nothing."""
    for start in range(0, len(oids), _AT_ONCE):
        part = oids[start : start + _AT_ONCE]
        notes_of_part = notes.read(repo, part)
        for commit, changes in changed_files(repo, part):
            note = notes_of_part.get(commit.oid, Note())
            yield _recorded(commit, changes, Note() if note.copied_from(commit.oid) else note)


def _recorded(commit: CommitFacts, changes: Sequence[FileChange], note: Note) -> RecordedCommit:
    about = note.commit_row(commit.oid)
    trailers = pairs(commit.trailers)
    statements = declared(unnamed(trailers, sorted(note.traces)), commit.author, commit.committer)
    added = lines_of(changes)
    return RecordedCommit(
        commit.oid,
        commit.author,
        commit.committed,
        commit.subject,
        about.gate if about is not None else None,
        canonical.digest(note.dump()) if note else None,
        note.traces,
        tuple(row for path in note.paths() if path in added for row in _ranges(note, path, added[path])),
        added,
        {change.path: change.new_oid for change in changes if change.path in added},
        tuple(reviews_of(commit.oid, note, trailers)),
        tuple(dict.fromkeys((statement.agent, statement.model) for statement in statements)),
    )


def _ranges(note: Note, path: str, added: LineSet) -> Iterator[RecordedRange]:
    claims = note.claims(path)
    for first, last, n in owners([claim.lines & added for claim in claims]):
        row = claims[n].row
        trace = row.id if isinstance(row, TraceRow) else None
        human = row.author if isinstance(row, HumanRow) else None
        yield RecordedRange(path, first, last, claims[n].cls, row.evidence, trace, human)
