"""Sources that are named: on the command line, in a copied note, in the commit's message, by `git replace`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import UsageError
from gitprov.git.objects import parse_commit
from gitprov.git.process import decode
from gitprov.interop import messages
from gitprov.store import files, notes

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

_BULLET = re.compile(r"^[*-] (.+)$", re.MULTILINE)
_NUMBER = re.compile(r" \([#!]\d+\)$")
_SHORTEST = 7
#: Clocks of a server and of a clone may differ by so many seconds.
CLOCKS = 600


class Source(NamedTuple):
    """A commit that may hold another one's lines: `how` it is known, in words.

    `only`: the files of which it is known to be so; None for all.
    """

    oid: str
    how: str
    only: frozenset[str] | None = None


class Mapped(NamedTuple):
    """What --map says: (old, new), and the old commits that the map says are gone for good."""

    pairs: list[tuple[str, str]]
    gone: list[str]


def said(told: SurveyedCommit) -> list[Source]:
    """Commits that a message names by id, oldest first."""
    message = told.message
    if "commit " not in message:
        return []
    found = [Source(oid, "squash message") for oid in messages.squashed(message)]
    found += [Source(oid, "reverts") for oid in messages.reverted(message)]
    return [*found, *(Source(oid, "cherry-picked from") for oid in messages.picked(message))]


def with_reverted(repo: Repository, sources: Iterable[Source]) -> list[Source]:
    """The same, with the parents of what was reverted instead of that: they had the lines that come back."""
    out: list[Source] = []
    for one in sources:
        if one.how != "reverts":
            out.append(one)
            continue
        found = repo.objects.get(one.oid)
        parents = parse_commit(found).parents if found is not None and found.type == "commit" else ()
        out += [Source(parent, "reverts its child") for parent in parents]
    return out


def listed(told: SurveyedCommit) -> list[str]:
    """Subjects that a squash's message lists."""
    listing = "\n* " in told.message or "\n- " in told.message
    return list(dict.fromkeys(_BULLET.findall(told.message))) if listing else []


def numbered(told: SurveyedCommit) -> str | None:
    """The subject that a server has put the number of a merge request behind, without it; None where there is none."""
    short = _NUMBER.sub("", told.subject)
    return short if short != told.subject else None


def by_author(told: SurveyedCommit, author: str) -> bool:
    """Whether a person is the author of a commit, or named in its message as a co-author."""
    people = (told.author, *messages.co_authors(told.message))
    return any(messages.same_person(author, person) for person in people)


def read_map(repo: Repository, given: Sequence[str]) -> Mapped:
    """`old:new` pairs, and files of `old new` lines such as filter-repo's commit-map.

    UsageError for what is neither. The old commit need not be here; a note about it is enough.
    """
    out = Mapped([], [])
    for one in given:
        data = files.read(os.path.join(repo.cwd, one)) if one else None
        if data is not None:
            _read_file(repo, one, data, out)
        else:
            out.pairs.append(_pair(repo, one))
    return out


def _read_file(repo: Repository, name: str, data: bytes, out: Mapped) -> None:
    full = re.compile(f"[0-9a-f]{{{repo.hash_length}}}")
    for n, line in enumerate(decode(data).splitlines()):
        words = line.split()
        if not words or (n == 0 and not full.fullmatch(words[0])):
            continue  # the header
        if len(words) != 2 or not all(full.fullmatch(word) for word in words):
            raise UsageError(f"{name}: line {n + 1} is not '<old> <new>'", "as filter-repo's commit-map")
        if not words[1].strip("0"):
            out.gone.append(words[0])
        elif words[0] != words[1]:
            out.pairs.append((words[0], words[1]))


def _pair(repo: Repository, text: str) -> tuple[str, str]:
    old, colon, new = text.partition(":")
    if not colon or not old or not new or old.startswith("-") or new.startswith("-"):
        raise UsageError(f"--map {text!r} is neither <old>:<new> nor a file", "as in: --map 1a2b3c4:HEAD~2")
    there = repo.resolve(new)
    if there is None:
        raise UsageError(f"--map: {new!r} is no commit here", "the new commit has to be here")
    known = repo.resolve(old) or _noted(repo, old)
    if known is None:
        raise UsageError(f"--map: {old!r} is no commit here, nor has it a note", "give its whole id")
    return known, there


def _noted(repo: Repository, old: str) -> str | None:
    """A commit that is not here but has a note, by the start of its id."""
    from gitprov.git.notes import listing

    if len(old) < _SHORTEST or old.strip("0123456789abcdef"):
        return None
    found = [oid for oid in listing(repo, notes.REF) if oid.startswith(old)]
    return found[0] if len(found) == 1 else None


def branch(repo: Repository, ref: str, targets: Sequence[str]) -> list[Source]:
    """The commits of a branch that was merged as something else, oldest first; of several targets only its tip.

    UsageError where the ref is not here.
    """
    tip = repo.resolve(ref) if not ref.startswith("-") else None
    if tip is None:
        raise UsageError(
            f"--from: {ref!r} is no commit here",
            "fetch it first, as in: git fetch origin refs/pull/12/head, then --from FETCH_HEAD",
        )
    how = f"--from {ref}"
    if len(targets) != 1:
        return [Source(tip, how)]
    base = [f"^{parent}" for parent in decode(repo.run("rev-parse", f"{targets[0]}^@")).split()]
    oids = decode(repo.run("rev-list", "--reverse", "--topo-order", tip, *base)).split()
    return [Source(oid, how) for oid in oids if oid != targets[0]] or [Source(tip, how)]
