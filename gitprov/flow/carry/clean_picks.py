"""Clean picks: target commits with one source that change the same files from and to the same contents.

Their lines have the same numbers as in the source, so no content is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.carry import LineRun
from gitprov.attribution.inherit import InheritedClaims
from gitprov.git.files.diff import parse, raw_between_trees
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import Inherited
from gitprov.model.ranges import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitprov.flow.carry.values import CarryTarget
    from gitprov.git.objects import Commit
    from gitprov.git.repo import Repository

#: From this many picks on top of one another, comparing their bases first is worth its cost.
_CHAIN = 8
#: Up to this many files differing between the bases, targets are compared with their sources.
_FILES = 50


class RawChanges:
    """Which files differ between pairs of trees, without hunks; each pair is compared once."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._rows: dict[tuple[str, str], bytes] = {}

    def rows(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Git's raw rows for at least these pairs, from one process for all that are new."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._rows]
        self._rows.update(raw_between_trees(self._repo, new))
        return self._rows

    def paths(self, pairs: Iterable[tuple[str, str]]) -> set[str]:
        """All paths that differ between the trees of some pair; both paths of a renamed file."""
        names = list(dict.fromkeys(pairs))
        rows = self.rows(names)
        return {change.path for pair in names for change in parse(rows[pair])}


class _Pick(NamedTuple):
    """A target commit with one source. `before` are the trees (parent's, own) of the source, `now` those of
    the target.
    """

    name: str
    source: str
    before: tuple[str, str]
    now: tuple[str, str]

    @property
    def aside(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The trees of the bases (source's, target's), and those of the two commits."""
        return (self.before[0], self.now[0]), (self.before[1], self.now[1])


def repeated(
    raw: RawChanges,
    commits: Mapping[str, Commit],
    targets: Sequence[tuple[CarryTarget, Sequence[str]]],
    noted: Mapping[str, Note],
) -> dict[str, tuple[Inherited, int]]:
    """Name of a target that is a clean pick → all claims of its source, and how many lines it adds."""
    picks = [
        pick
        for target, sources in targets
        if len(sources) == 1 and (pick := _pick(commits, target, sources[0]))
    ]
    out: dict[str, tuple[Inherited, int]] = {}
    for pick in _clean(raw, picks):
        note = noted.get(pick.source, Note())
        added = 0 if not note else note.commit.added if note.commit is not None else None
        if added is not None:
            out[pick.name] = (_whole(note), added)
    return out


def _pick(commits: Mapping[str, Commit], target: CarryTarget, oid: str) -> _Pick | None:
    source = commits.get(oid)
    if source is None or oid in target.partial or target.counted or len(source.parents) != 1:
        return None
    bases = [commits.get(parents[0]) for parents in (source.parents, target.parents) if len(parents) == 1]
    if len(bases) != 2 or bases[0] is None or bases[1] is None:
        return None
    return _Pick(target.name, oid, (bases[0].tree, source.tree), (bases[1].tree, target.tree))


def _clean(raw: RawChanges, picks: list[_Pick]) -> list[_Pick]:
    """The picks that make the same changes as their sources.

    This is so exactly if target and source differ from each other as their bases do. For a branch that was
    moved as a whole onto few upstream changes, comparing these differences is far cheaper: each pick's base
    is the pick before it.
    """
    chains = _chains(picks)
    below = raw.rows([chain[0].aside[0] for chain in chains if len(chain) >= _CHAIN])
    compared = []
    for chain in chains:
        few = len(chain) >= _CHAIN and below[chain[0].aside[0]].count(b"\n") <= _FILES
        compared += [(pick, *(pick.aside if few else (pick.before, pick.now))) for pick in chain]
    rows = raw.rows([pair for _, *pairs in compared for pair in pairs])
    return [pick for pick, first, second in compared if rows[first] == rows[second]]


def _chains(picks: list[_Pick]) -> list[list[_Pick]]:
    """Runs of picks in which source and target are each on top of those of the pick before."""
    chains: list[list[_Pick]] = []
    for pick in picks:
        if chains and chains[-1][-1].aside[1] == pick.aside[0]:
            chains[-1].append(pick)
        else:
            chains.append([pick])
    return chains


def _whole(note: Note) -> Inherited:
    heritage = InheritedClaims()
    for path in note.paths():
        heritage.take(note, path, path, [LineRun(1, 1, MAX_LINE)])
    heritage.add_commit_facts(note, {}, dict.fromkeys(note.paths(), MAX_LINE))
    return heritage.result()
