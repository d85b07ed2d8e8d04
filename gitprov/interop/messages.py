"""Reads other commits from git's own messages: picked, reverted, squashed."""

from __future__ import annotations

import re

_OID = "([0-9a-f]{40}(?:[0-9a-f]{24})?)"
_PICKED = rf"(?m)^\(cherry picked from commit {_OID}\)$"
_REVERTS = rf"(?m)^This reverts commit {_OID}"
_CO_AUTHOR = r"(?mi)^Co-authored-by:[ \t]*(\S.*)$"
_SQUASHED = rf"(?m)^commit {_OID}$"


def picked(message: str) -> list[str]:
    """Commits that `cherry-pick -x` names, in the order of the text."""
    return re.findall(_PICKED, message)


def reverted(message: str) -> list[str]:
    """Commits that a revert undoes."""
    return re.findall(_REVERTS, message) if message else []


def co_authors(message: str) -> list[str]:
    """The people in `Co-authored-by` lines, as `Name <email>`."""
    return [value.strip() for value in re.findall(_CO_AUTHOR, message)]


def same_person(person: str, other: str) -> bool:
    """Whether two `Name <email>` have the same name or address: servers change addresses, machines names."""
    name, _, address = person.casefold().partition(" <")
    name_too, _, address_too = other.casefold().partition(" <")
    return bool(name and name == name_too) or bool(address.strip(">") and address == address_too)


def squashed(message: str) -> list[str]:
    """Commits that `merge --squash` lists, oldest first: git lists the newest first."""
    return re.findall(_SQUASHED, message)[::-1] if message else []
