"""What git's own messages say of other commits: picked, reverted, squashed."""

from __future__ import annotations

import re

_OID = "([0-9a-f]{40}(?:[0-9a-f]{24})?)"
_PICKED = re.compile(rf"^\(cherry picked from commit {_OID}\)$", re.MULTILINE)
_REVERTS = re.compile(rf"^This reverts commit {_OID}", re.MULTILINE)
_SQUASHED = re.compile(rf"^commit {_OID}$", re.MULTILINE)


def picked(message: str) -> list[str]:
    """Commits that `cherry-pick -x` names, in the order of the text."""
    return _PICKED.findall(message)


def reverted(message: str) -> list[str]:
    """Commits that a revert undoes."""
    return _REVERTS.findall(message)


def squashed(message: str) -> list[str]:
    """Commits that `merge --squash` lists, oldest first: git names the newest first."""
    return _SQUASHED.findall(message)[::-1]
