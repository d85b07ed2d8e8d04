"""The memory of names that did not exist: read before a check of dependencies, extended after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from gitprov.checks.deps.verdicts import iso_day
from gitprov.errors import GitprovError
from gitprov.store import phantoms

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def recall(repo: Repository) -> dict[str, dict[str, str]]:
    """Ecosystem → name → the first day on which a registry did not have it."""
    names: dict[str, dict[str, str]] = {}
    for (ecosystem, name), day in phantoms.read(repo).items():
        names.setdefault(ecosystem, {})[name] = day
    return names


def remember(
    repo: Repository, memory: Mapping[str, Mapping[str, str]], names: Collection[tuple[str, str]], now: float
) -> None:
    """Add (ecosystem, name) pairs that a registry does not have, with the day of `now` (seconds since 1970).

    `memory`: what `recall` gave. A memory that cannot be written, as in a clone of another user, is no reason
    to stop a check.
    """
    day = iso_day(now)
    new = {key: day for key in names if key[1] not in memory.get(key[0], {})}
    if not new:
        return
    from gitprov.git.write import RefChange, write

    def build(refs: dict[str, str]) -> list[RefChange]:
        base = refs.get(phantoms.REF)
        before = phantoms.read(repo, base) if base else {}
        words = f"gitprov: {len(new)} names that do not exist"
        change = phantoms.change(base, before, new, words)
        return [] if change is None else [change]

    try:
        write(repo, _committer(repo, now), build, [phantoms.REF])
    except (GitprovError, OSError):
        return


def _committer(repo: Repository, now: float) -> str:
    """Git's identity; without one, as in CI, gitprov's name alone."""
    try:
        return repo.identity("the memory of names is kept in commits")
    except GitprovError:
        return f"gitprov <> {int(now)} +0000"
