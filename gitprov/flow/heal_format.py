"""Commits in which a formatter broke lines differently: the parent's lines are still theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from gitprov.flow import heal_memory

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: What a formatter adds and takes away: white space, and what it puts where it breaks a line.
_LOOSE = b" \t\n\v\f\r,()\\;"
_SOME = 500
#: The file of commits that are known to have no such hunk.
_PLAIN = "heal-plain"


def rewrapped(repo: Repository, oids: Collection[str], tell: Callable[[int], None]) -> list[str]:
    """Those commits that have a hunk in which nothing but white space and line breaks is different.

    What a commit changes never does, so those that have no such hunk are remembered. `tell` hears how many were
    looked at.
    """
    from gitprov.git import patches

    plain = set(heal_memory.rows(repo, _PLAIN))
    new = [oid for oid in oids if oid not in plain]
    found: list[str] = []
    for at in range(0, len(new), _SOME):
        some = new[at : at + _SOME]
        hits = {oid for oid, old, new in patches.replaced(repo, some) if _only_space(old, new)}
        found += [oid for oid in some if oid in hits]
        plain.update(oid for oid in some if oid not in hits)
        tell(at + len(some))
    if new:
        heal_memory.keep(repo, _PLAIN, sorted(plain))
    return found


def _only_space(old: bytes, new: bytes) -> bool:
    text = old.translate(None, _LOOSE)
    return bool(text) and text == new.translate(None, _LOOSE)
