"""post-rewrite: git says which commits became which, and their notes follow."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitprov.flow.carry import Pair, carry
from gitprov.flow.inherit import is_copied, record
from gitprov.flow.sources import rebasing
from gitprov.git.objects import parse_commit
from gitprov.git.process import decode
from gitprov.git.reflog import steps
from gitprov.model.note import Note
from gitprov.store import files, notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Where a rebase keeps its pairs; they are still there when the hook runs, whoever has eaten its stdin.
_LISTS = (("rebase-merge", "rewritten-list"), ("rebase-apply", "rewritten"))
#: Entries of HEAD's reflog that are read at the most.
_STEPS = 5000


def post_rewrite(repo: Repository, command: str, told: bytes) -> list[str]:
    """Let notes follow an amendment or a rebase; the commits whose notes changed.

    `told` is git's `<old> <new>` lines; frameworks that pass none on lose nothing, the repository knows them too.
    """
    if command == "amend" and rebasing(repo):
        return []  # the rebase's own pairs come at its end, and count from the first commit to the last
    pairs = _parse(told) or _known(repo, command)
    if command == "amend":
        pairs = _unsettled(repo, pairs)
    elif pairs:
        pairs += _on_the_way(repo)
    head = repo.objects.get("HEAD")
    if not pairs or head is None:
        return []
    found = {new: Note() for new in _copied(repo, pairs)}
    found.update(carry(repo, pairs))
    return record(repo, found, parse_commit(head).committer, f"gitprov: {command}, {len(found)} notes follow")


def _parse(told: bytes) -> list[Pair]:
    rows = (line.split() for line in decode(told).splitlines())
    return [Pair(row[0], row[1]) for row in rows if len(row) >= 2]


def _known(repo: Repository, command: str) -> list[Pair]:
    """The pairs as the repository has them."""
    if command != "amend":
        texts = (files.read(os.path.join(repo.git_dir, *place)) for place in _LISTS)
        return [pair for text in texts for pair in _parse(text or b"")]
    moves = steps(repo, 1)
    return [Pair(one.old, one.new) for one in moves if one.why.startswith("commit (amend)")]


def _unsettled(repo: Repository, pairs: list[Pair]) -> list[Pair]:
    """Amendments that post-commit did not write down itself, or whose note git has overwritten since."""
    there = notes.read(repo, [pair.new for pair in pairs])
    return [pair for pair in pairs if pair.new not in there or is_copied(pair.new, there[pair.new])]


def _copied(repo: Repository, pairs: list[Pair]) -> list[str]:
    return [
        oid for oid, note in notes.read(repo, [pair.new for pair in pairs]).items() if is_copied(oid, note)
    ]


def _on_the_way(repo: Repository) -> list[Pair]:
    """Commits that the rebase made, that got a note of their own, and that it amended again before it was done."""
    moves = steps(repo, _STEPS)
    starts = [n for n, one in enumerate(moves) if "(start)" in one.why]
    moves = moves[starts[-1] :] if starts else []
    noted = notes.read(repo, {one.new for one in moves})
    if not noted:
        return []
    oids = list(dict.fromkeys(oid for one in moves for oid in (one.old, one.new)))
    found = zip(oids, repo.objects.get_many(oids), strict=True)
    parents = {oid: parse_commit(obj).parents for oid, obj in found if obj is not None}
    became = {one.old: one.new for one in moves if parents.get(one.old) == parents.get(one.new)}
    pairs = []
    for oid in noted:
        last, seen = oid, {oid}
        while became.get(last, last) not in seen:
            last = became[last]
            seen.add(last)
        if last != oid:
            pairs.append(Pair(oid, last))
    return pairs
