"""Sources that are named explicitly: on the command line or in the commit's message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import UsageError
from gitprov.git.objects import is_commit, parse_commit
from gitprov.git.process import decode
from gitprov.interop import messages
from gitprov.store import files, notes

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

_BULLET = re.compile(r"^[*-] (.+)$", re.MULTILINE)
_NUMBER = re.compile(r" \([#!]\d+\)$")
_SHORTEST = 7
#: Seconds by which the clocks of a server and of a clone may differ.
CLOCKS = 600


class Source(NamedTuple):
    """A commit that may contain another one's lines. `how`: the relation in words, for users.

    `only`: the files for which the relation is known; None for all.
    """

    oid: str
    how: str
    only: frozenset[str] | None = None


class Mapped(NamedTuple):
    """The content of --map: (old, new) pairs, and the old commits that have no new commit."""

    pairs: list[tuple[str, str]]
    gone: list[str]


def in_message(commit: SurveyedCommit) -> list[Source]:
    """Commits that the message of `commit` names by id, oldest first."""
    message = commit.message
    if "commit " not in message:
        return []
    sources = [Source(oid, "squash message") for oid in messages.squashed(message)]
    sources += [Source(oid, "reverts") for oid in messages.reverted(message)]
    return [*sources, *(Source(oid, "cherry-picked from") for oid in messages.picked(message))]


def with_reverted(repo: Repository, sources: Iterable[Source]) -> list[Source]:
    """The sources, with reverted commits replaced by their parents: these had the lines that come back."""
    out: list[Source] = []
    for source in sources:
        if source.how != "reverts":
            out.append(source)
            continue
        obj = repo.objects.get(source.oid)
        parents = parse_commit(obj).parents if is_commit(obj) else ()
        out += [Source(parent, "reverts its child") for parent in parents]
    return out


def listed(commit: SurveyedCommit) -> list[str]:
    """The subjects that the message of a squash commit lists as bullets, without repetitions."""
    listing = "\n* " in commit.message or "\n- " in commit.message
    return list(dict.fromkeys(_BULLET.findall(commit.message))) if listing else []


def numbered(commit: SurveyedCommit) -> str | None:
    """The subject without the merge request's number that a server appended; None if it has no number."""
    short = _NUMBER.sub("", commit.subject)
    return short if short != commit.subject else None


def by_author(commit: SurveyedCommit, author: str) -> bool:
    """Whether `author` is the commit's author, or a co-author by its message."""
    people = (commit.author, *messages.co_authors(commit.message))
    return any(messages.same_person(author, person) for person in people)


def read_map(repo: Repository, values: Sequence[str]) -> Mapped:
    """Read `old:new` pairs, and files of `old new` lines such as filter-repo's commit-map.

    UsageError for a value that is neither. The old commit may be missing here if it has a note.
    """
    out = Mapped([], [])
    for value in values:
        data = files.read(os.path.join(repo.cwd, value)) if value else None
        if data is not None:
            _read_file(repo, value, data, out)
        else:
            out.pairs.append(_pair(repo, value))
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
    new_oid = repo.resolve(new)
    if new_oid is None:
        raise UsageError(f"--map: {new!r} is no commit here", "the new commit has to be here")
    old_oid = repo.resolve(old) or _noted(repo, old)
    if old_oid is None:
        raise UsageError(f"--map: {old!r} is no commit here, nor has it a note", "give its whole id")
    return old_oid, new_oid


def _noted(repo: Repository, old: str) -> str | None:
    """The noted commit, possibly missing in this clone, whose id starts with `old`; None if not unique."""
    from gitprov.git.notes import listing

    if len(old) < _SHORTEST or old.strip("0123456789abcdef"):
        return None
    oids = [oid for oid in listing(repo, notes.REF) if oid.startswith(old)]
    return oids[0] if len(oids) == 1 else None


def branch(repo: Repository, ref: str, targets: Sequence[str]) -> list[Source]:
    """The commits of `ref` that the parents of the one target lack, oldest first, or the tip of `ref`.

    Several targets get the tip alone. UsageError if the ref is not in this clone.
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
