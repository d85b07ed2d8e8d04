"""Commits in which a formatter broke lines differently: the parent's lines are still theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from gitprov.git.process import decode
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: What a formatter adds and takes away: white space, and what it puts where it breaks a line.
_LOOSE = b" \t\n\v\f\r,()\\;"
_SOME = 500


def rewrapped(repo: Repository, oids: Collection[str], tell: Callable[[int], None]) -> list[str]:
    """Those commits that have a hunk in which nothing but white space and line breaks is different.

    What a commit changes never does, so those that have no such hunk are remembered. `tell` hears how many were
    looked at.
    """
    from gitprov.git import patches

    plain = _remembered(repo)
    new = [oid for oid in oids if oid not in plain]
    found: list[str] = []
    for at in range(0, len(new), _SOME):
        some = new[at : at + _SOME]
        hits = {oid for oid, old, new in patches.replaced(repo, some) if _only_space(old, new)}
        found += [oid for oid in some if oid in hits]
        plain.update(oid for oid in some if oid not in hits)
        tell(at + len(some))
    if new:
        _remember(repo, plain)
    return found


def _only_space(old: bytes, new: bytes) -> bool:
    text = old.translate(None, _LOOSE)
    return bool(text) and text == new.translate(None, _LOOSE)


def _place(repo: Repository) -> str:
    return os.path.join(repo.home, "heal-plain")


def _remembered(repo: Repository) -> set[str]:
    try:
        return set(decode(files.read(_place(repo)) or b"").split())
    except OSError:
        return set()


def _remember(repo: Repository, plain: set[str]) -> None:
    """A help for the next run: without it that one is slower, and nothing else."""
    try:
        data = "".join(f"{oid}\n" for oid in sorted(plain))
        files.replace(repo.home, _place(repo), data.encode("ascii"), durable=False)
    except (OSError, UnicodeEncodeError):
        pass
