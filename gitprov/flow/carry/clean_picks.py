"""Clean picks: target commits that change the same files from the same to the same contents as their one
source.

Their lines have the numbers that they had; no content has to be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.attribution.carry import LineRun
from gitprov.attribution.inherit import Inherited, InheritedClaims
from gitprov.git.files.diff import raw_between_trees
from gitprov.git.repo import Repository
from gitprov.model.note import Note
from gitprov.model.ranges import MAX_LINE

if TYPE_CHECKING:
    from gitprov.flow.carry.values import CarryTarget
    from gitprov.git.objects import Commit

#: Picks that stand on one another, from which on it pays to compare what lies below them.
_CHAIN = 8
#: Files up to which that is little.
_FILES = 50


class _Pick(NamedTuple):
    """A commit with one source. `before` and `now` are trees: (parent's, own), of the source and of the
    target.
    """

    name: str
    source: str
    before: tuple[str, str]
    now: tuple[str, str]

    @property
    def aside(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The bases, and the commits themselves."""
        return (self.before[0], self.now[0]), (self.before[1], self.now[1])


def repeated(
    repo: Repository,
    commits: Mapping[str, Commit],
    targets: Sequence[tuple[CarryTarget, Sequence[str]]],
    noted: Mapping[str, Note],
) -> dict[str, tuple[Inherited, int]]:
    """Name of a target that is a clean pick → all that its source has, and how many lines it adds."""
    picks = [
        pick
        for target, sources in targets
        if len(sources) == 1 and (pick := _pick(commits, target, sources[0]))
    ]
    out: dict[str, tuple[Inherited, int]] = {}
    for pick in _clean(repo, picks):
        note = noted.get(pick.source, Note())
        added = (note.commit or {}).get("added", 0 if not note else None)
        if isinstance(added, int):
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


def _clean(repo: Repository, picks: list[_Pick]) -> list[_Pick]:
    """Those that change the same.

    Two commits change the same exactly where they differ from each other as their bases do. Of a branch that
    was moved as a whole that is far less to ask where upstream did little: each pick's base is the pick
    before it.
    """
    chains = _chains(picks)
    below = raw_between_trees(repo, [chain[0].aside[0] for chain in chains if len(chain) >= _CHAIN])
    compared = []
    for chain in chains:
        few = len(chain) >= _CHAIN and below[chain[0].aside[0]].count(b"\n") <= _FILES
        compared += [(pick, *(pick.aside if few else (pick.before, pick.now))) for pick in chain]
    rows = raw_between_trees(repo, [pair for _, *pairs in compared for pair in pairs])
    return [pick for pick, first, second in compared if rows[first] == rows[second]]


def _chains(picks: list[_Pick]) -> list[list[_Pick]]:
    """Runs of picks, each on top of the one before, of the sources as of the target commits."""
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
