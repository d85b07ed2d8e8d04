"""Which lines of traces are alive on the default branch, and when the others were removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.lives import Birth, Death, FileStep, HistoryStep, Lives, Segment, Segments, removed
from gitprov.git.files import diff
from gitprov.git.files.diff import FileChange
from gitprov.git.history.facts import CommitFacts, facts
from gitprov.model.index_rows import RangeEntry, SurvivorEntry
from gitprov.store.index.words import storable

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Commits whose changes are compared at once.
_AT_ONCE = 200
State = dict[str, Segments]


class Walked(NamedTuple):
    """The lives of lines up to a commit, and the living segments of each path there."""

    lives: Lives
    state: State


def walk(
    repo: Repository,
    oids: Sequence[str],
    claims: Callable[[Sequence[str]], Mapping[str, list[RangeEntry]]],
    before: Walked | None = None,
) -> Walked:
    """The lives of lines in commits, which are ordered parents first and end with the tip.

    `claims` returns the ranges of some commits. `before`: where the parent of the first commit is.
    """
    lives = before.lives if before else Lives()
    waiting = _children(repo, oids)
    states: dict[str, State] = {}
    state: State = dict(before.state) if before else {}
    if before and oids:
        first = next(facts(repo, oids[:1]))
        states[first.parents[0]] = state
    for commit, step, ranges in _steps(repo, oids, claims):
        parents = [states.get(parent, {}) for parent in commit.parents] or [{}]
        births = [_birth(row, commit.committed) for row in ranges]
        changed = lives.follow(step, parents, births)
        for parent in commit.parents:
            waiting[parent] = waiting.get(parent, 1) - 1
        reused = bool(commit.parents) and waiting[commit.parents[0]] <= 0
        state = parents[0] if reused else dict(parents[0])
        for path, segments in changed.items():
            if segments:
                state[path] = segments
            else:
                state.pop(path, None)
        for parent in commit.parents:
            if waiting[parent] <= 0:
                states.pop(parent, None)
        states[commit.oid] = state
    return Walked(lives, state)


def _children(repo: Repository, oids: Sequence[str]) -> dict[str, int]:
    """Commit → how many of its children are among the commits."""
    counts: dict[str, int] = {}
    for commit in facts(repo, oids):
        for parent in dict.fromkeys(commit.parents):
            counts[parent] = counts.get(parent, 0) + 1
    return counts


def _steps(
    repo: Repository, oids: Sequence[str], claims: Callable[[Sequence[str]], Mapping[str, list[RangeEntry]]]
) -> Iterator[tuple[CommitFacts, HistoryStep, list[RangeEntry]]]:
    """Each commit with its changes against all its parents, and its claims of traces."""
    for start in range(0, len(oids), _AT_ONCE):
        part = oids[start : start + _AT_ONCE]
        commits = list(facts(repo, part))
        ranges = claims(part)
        parents = repo.objects.commits({parent for commit in commits for parent in commit.parents})
        pairs = [
            (parents[parent].tree if parent in parents else commit.tree, commit.tree)
            for commit in commits
            for parent in commit.parents
        ]
        empty = repo.empty_tree()
        pairs += [(empty, commit.tree) for commit in commits if not commit.parents]
        shown = diff.between_trees(repo, list(dict.fromkeys(pairs)))
        for commit in commits:
            olds = [parents[one].tree if one in parents else commit.tree for one in commit.parents]
            sides = [(old, commit.tree) for old in olds or [empty]]
            changes = tuple(tuple(map(_file_step, shown[side])) for side in sides)
            yield commit, HistoryStep(commit.oid, commit.committed, changes), ranges.get(commit.oid, [])


def _file_step(change: FileChange) -> FileStep:
    path = storable(change.path) if change.status != "D" else None
    return FileStep(storable(change.old_path), path, change.hunks)


def _birth(row: RangeEntry, at: int) -> Birth:
    return Birth(row.oid, row.path, row.first, row.last - row.first + 1, row.cls, row.trace or "", at)


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
        birth.trace, birth.at, None, None,
    )  # fmt: skip


def _dead(repo: int, death: Death, lives: Lives) -> SurvivorEntry:
    birth = lives.births[death.birth]
    return SurvivorEntry(
        repo, death.path, 0, death.size, birth.oid, birth.path, birth.first + death.offset, birth.cls,
        birth.trace, birth.at, death.at, death.killer,
    )  # fmt: skip


def restored(entries: Iterable[SurvivorEntry]) -> Walked:
    """The state that living rows of the index describe."""
    lives = Lives()
    state: State = {}
    for row in entries:
        first, lines = row.origin_first, row.lines
        lives.births.append(Birth(row.oid, row.origin_path, first, lines, row.cls, row.trace, row.born))
        state.setdefault(row.path, []).append(Segment(row.first - 1, lines, len(lives.births) - 1, 0))
    for segments in state.values():
        segments.sort()
    return Walked(lives, state)
