"""Which lines of traces are alive on the default branch, and when the others were removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.lives import Birth, Death, FileStep, HistoryStep, Lives, Segment, Segments, removed
from gitprov.git.files import diff
from gitprov.git.files.diff import FileChange
from gitprov.git.history.facts import CommitFacts, facts, parents_of
from gitprov.model.exchange.index_rows import ClaimedRange, SurvivorEntry
from gitprov.store.index.words import storable

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Commits whose changes are compared at once.
_AT_ONCE = 200
State = dict[str, Segments]
Claims = Callable[[Sequence[str]], Mapping[str, list[ClaimedRange]]]
"""Commits → the ranges of traces of each."""


class Walked(NamedTuple):
    """The lives of lines up to a commit, and the living segments of each path there."""

    lives: Lives
    state: State


class ClaimedCommit(NamedTuple):
    """A commit with the ranges of traces that its note claims. `changes`: those against the first parent,
    white space included; None where they are not at hand.
    """

    facts: CommitFacts
    changes: Sequence[FileChange] | None
    ranges: Sequence[ClaimedRange]


def recorded(repo: Repository, oids: Sequence[str], claims: Claims) -> Iterator[ClaimedCommit]:
    """Commits that are in the index, in the order of `oids`; `claims` returns the ranges of some of them."""
    for start in range(0, len(oids), _AT_ONCE):
        part = oids[start : start + _AT_ONCE]
        ranges = claims(part)
        for commit in facts(repo, part):
            yield ClaimedCommit(commit, None, ranges.get(commit.oid, ()))


def walk(
    repo: Repository, oids: Sequence[str], commits: Iterable[ClaimedCommit], before: Walked | None = None
) -> Walked:
    """The lives of lines in commits, which are ordered parents first and end with the tip.

    `commits` are those of `oids`, in this order. `before`: where the parent of the first commit is.
    """
    lives = before.lives if before else Lives()
    parents_by_oid = parents_of(repo, oids)
    waiting = Counter(parent for parents in parents_by_oid.values() for parent in dict.fromkeys(parents))
    states: dict[str, State] = {}
    state: State = dict(before.state) if before else {}
    if before and oids:
        states[parents_by_oid[oids[0]][0]] = state
    for commit, step in _steps(repo, commits, {*state}):
        parents = [states.get(parent, {}) for parent in commit.facts.parents] or [{}]
        births = [_birth(row, commit.facts.committed) for row in commit.ranges]
        changed = lives.follow(step, parents, births)
        names = commit.facts.parents
        waiting.subtract(dict.fromkeys(names, 1))
        reused = bool(names) and waiting[names[0]] <= 0
        state = parents[0] if reused else dict(parents[0])
        _put(state, changed)
        for parent in names:
            if waiting[parent] <= 0:
                states.pop(parent, None)
        states[commit.facts.oid] = state
    return Walked(lives, state)


def _put(state: State, changed: Mapping[str, Segments]) -> None:
    for path, segments in changed.items():
        if segments:
            state[path] = segments
        else:
            state.pop(path, None)


def _steps(
    repo: Repository, commits: Iterable[ClaimedCommit], claimed: set[str]
) -> Iterator[tuple[ClaimedCommit, HistoryStep]]:
    """Each commit with its changes against all its parents, without those of white space, as in blame.

    `claimed`: the paths that have claims before; it grows.
    """
    source = iter(commits)
    while part := list(islice(source, _AT_ONCE)):
        suffices = [_is_plain(commit, claimed) for commit in part]
        waiting = [commit.facts for commit, plain in zip(part, suffices, strict=True) if not plain]
        sides = _sides(repo, waiting)
        pairs = dict.fromkeys(pair for both in sides.values() for pair in both)
        shown = diff.between_trees(repo, list(pairs), blanks=False)
        for commit in part:
            oid = commit.facts.oid
            changes = [shown[side] for side in sides[oid]] if oid in sides else [commit.changes or ()]
            steps = tuple(tuple(map(_file_step, change)) for change in changes)
            yield commit, HistoryStep(oid, commit.facts.committed, steps)


def _is_plain(commit: ClaimedCommit, claimed: set[str]) -> bool:
    """Whether the changes at hand are those without white space, as far as claims are concerned: so are those
    of files that are new, removed or without claims.
    """
    claimed.update(row.path for row in commit.ranges)
    if commit.changes is None or len(commit.facts.parents) > 1:
        _follow_names(commit.changes or (), claimed)
        return False
    _follow_names(commit.changes, claimed)
    return not any(
        change.hunks and change.status not in ("A", "D") and storable(change.path) in claimed
        for change in commit.changes
    )


def _follow_names(changes: Iterable[FileChange], claimed: set[str]) -> None:
    for change in changes:
        if storable(change.old_path) in claimed:
            claimed.add(storable(change.path))


def _sides(repo: Repository, commits: Sequence[CommitFacts]) -> dict[str, list[tuple[str, str]]]:
    """Commit → (old tree, new tree) for each parent; a parent that is missing counts as equal."""
    trees = repo.objects.commits({parent for commit in commits for parent in commit.parents})
    empty = repo.empty_tree()
    return {
        commit.oid: [
            (trees[parent].tree if parent in trees else commit.tree, commit.tree) for parent in commit.parents
        ]
        or [(empty, commit.tree)]
        for commit in commits
    }


def _file_step(change: FileChange) -> FileStep:
    path = storable(change.path) if change.status != "D" else None
    return FileStep(storable(change.old_path), path, change.hunks)


def _birth(row: ClaimedRange, at: int) -> Birth:
    lines = row.last - row.first + 1
    return Birth(row.oid, row.path, row.first, lines, row.cls, row.trace, at, row.model)


def rows(repo: int, walked: Walked, paths: Iterable[str] | None = None) -> list[SurvivorEntry]:
    """The living lines (of some paths only, if given) and all removed ones."""
    lives, state = walked
    names = sorted(state) if paths is None else sorted({*paths} & state.keys())
    out = [_alive(repo, path, part, lives) for path in names for part in state[path]]
    living = (part for segments in state.values() for part in segments)
    return [*out, *(_dead(repo, death, lives) for death in removed(lives, living))]


def _alive(repo: int, path: str, part: Segment, lives: Lives) -> SurvivorEntry:
    birth = lives.births[part.birth]
    return SurvivorEntry(
        repo, path, part.start + 1, part.size, birth.oid, birth.path, birth.first + part.offset, birth.cls,
        birth.trace, birth.at, None, None, birth.model,
    )  # fmt: skip


def _dead(repo: int, death: Death, lives: Lives) -> SurvivorEntry:
    birth = lives.births[death.birth]
    return SurvivorEntry(
        repo, death.path, 0, death.size, birth.oid, birth.path, birth.first + death.offset, birth.cls,
        birth.trace, birth.at, death.at, death.killer, birth.model,
    )  # fmt: skip


def restored(entries: Iterable[SurvivorEntry]) -> Walked:
    """The state that living rows of the index describe."""
    lives = Lives()
    state: State = {}
    for row in entries:
        first, lines = row.origin_first, row.lines
        birth = Birth(row.oid, row.origin_path, first, lines, row.cls, row.trace, row.born, row.model)
        lives.births.append(birth)
        state.setdefault(row.path, []).append(Segment(row.first - 1, lines, len(lives.births) - 1, 0))
    for segments in state.values():
        segments.sort()
    return Walked(lives, state)
