"""The refs of pins: one for each feature, whose commits are its pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.git.process import decode
from gitprov.model.untrusted.jsonvalue import loads_object

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

TOP = "refs/gitprov/pins/"


def names(repo: Repository, fetched: str) -> list[str]:
    """The features that have pins here or below `fetched`, a directory of refs; sorted."""
    shown = decode(repo.run("for-each-ref", "--format=%(refname)", TOP, fetched))
    return sorted({ref.removeprefix(TOP).removeprefix(fetched) for ref in shown.splitlines()})


def commits(repo: Repository, *revisions: str) -> list[str]:
    """The pins that revisions reach, the newest first; commits that only unite two histories are none."""
    return decode(repo.run("rev-list", "--date-order", "--no-merges", *revisions, "--")).split()


def moment(repo: Repository, commit: str) -> str:
    """When a pin was made, by its facts; empty for one that cannot be read."""
    facts = loads_object(repo.objects.content(f"{commit}:pin.json") or b"")
    return str((facts or {}).get("at") or "")
