"""Reads other commits from git's own messages: picked, reverted, squashed."""

from __future__ import annotations

import re

_OID = "([0-9a-f]{40}(?:[0-9a-f]{24})?)"
_PICKED = re.compile(rf"^\(cherry picked from commit {_OID}\)$", re.MULTILINE)
_REVERTS = re.compile(rf"^This reverts commit {_OID}", re.MULTILINE)
_CO_AUTHOR = re.compile(r"^Co-authored-by:[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_SQUASHED = re.compile(rf"^commit {_OID}$", re.MULTILINE)


def picked(message: str) -> list[str]:
    """Commits that `cherry-pick -x` names, in the order of the text."""
    return _PICKED.findall(message)


def reverted(message: str) -> list[str]:
    """Commits that a revert undoes."""
    return _REVERTS.findall(message)


def co_authors(message: str) -> list[str]:
    """The people in `Co-authored-by` lines, as `Name <email>`."""
    return [value.strip() for value in _CO_AUTHOR.findall(message)]


def same_person(person: str, other: str) -> bool:
    """Whether two `Name <email>` have the same name or address: servers change addresses, machines names."""
    name, _, address = person.casefold().partition(" <")
    name_too, _, address_too = other.casefold().partition(" <")
    return bool(name and name == name_too) or bool(address.strip(">") and address == address_too)


def squashed(message: str) -> list[str]:
    """Commits that `merge --squash` lists, oldest first: git lists the newest first."""
    return _SQUASHED.findall(message)[::-1]
