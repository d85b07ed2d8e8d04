"""Gathers the possible source commits of each suspect's lines, the most certain kind of source first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.heal import named as heal_named
from gitprov.flow.heal.named import Source
from gitprov.flow.heal.pool import Ancestry, NotedCommits
from gitprov.git.objects import is_commit

if TYPE_CHECKING:
    from gitprov.flow.heal.scope import Candidate
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

REWRITTEN = "same author, date and subject"
#: At most so many sources of one kind are used for one commit, the newest ones.
MOST = 12
#: At most so many commits, the newest ones, are sources of equal hunks.
HUNKS = 200

Sources = dict[str, list[Source]]


class NamedSources(NamedTuple):
    """Commit → its sources, the least certain first: `replaced` by reflogs, `mapped` by the command line."""

    replaced: Sources
    mapped: Sources


def named(
    repo: Repository, suspects: Mapping[str, Candidate], named_sources: NamedSources, noted: Collection[str]
) -> Sources:
    """Commit → its named sources, the last one to be used first. Ids in messages that are no commit here are
    left out.

    A source without a note of its own is replaced by the commits that it replaced itself.
    """
    in_messages = {
        oid: commit
        for oid, candidate in suspects.items()
        if (commit := heal_named.in_message(candidate.commit))
    }
    some = in_messages.keys() | named_sources.replaced.keys() | named_sources.mapped.keys()
    present = _here(repo, {source.oid for sources in in_messages.values() for source in sources})
    sources_of: Sources = {}
    for oid, candidate in suspects.items():
        if oid not in some and not candidate.copied:
            continue
        listed = in_messages.get(oid, [])
        commit = heal_named.with_reverted(repo, [source for source in listed if source.oid in present])
        ordered = [*commit, *_followed(oid, named_sources.replaced, noted)]
        ordered.sort(key=lambda source: source.oid in noted)
        ordered += named_sources.mapped.get(oid, [])
        ordered += [Source(old, "note copied from") for old in candidate.copied]
        if ordered:
            sources_of[oid] = list(dict.fromkeys(ordered))
    return sources_of


def _followed(oid: str, replaced: Sources, noted: Collection[str]) -> list[Source]:
    out: list[Source] = []
    seen = {oid}
    pending = list(replaced.get(oid, ()))
    while pending:
        source = pending.pop()
        if source.oid in seen:
            continue
        seen.add(source.oid)
        before = replaced.get(source.oid, ()) if source.oid not in noted else ()
        if before:
            pending += before
        else:
            out.append(source)
    return out[::-1]


def _here(repo: Repository, oids: Iterable[str]) -> set[str]:
    names = sorted(oids)
    objects = zip(names, repo.objects.get_many(names), strict=True)
    return {oid for oid, obj in objects if is_commit(obj)}


def likely(
    repo: Repository, suspects: Iterable[Candidate], pool: NotedCommits, fresh: Collection[str]
) -> list[tuple[str, Sources]]:
    """(kind, commit → sources) for each kind of likeness, the most certain kind first.

    No source is an ancestor or a descendant of its commit. `fresh` are commits newly made in this clone: for
    them only traces and listed subjects in their messages count.
    """
    plain = [candidate for candidate in suspects if len(candidate.commit.parents) < 2]
    if not pool or not plain:
        return []
    by_kind = {
        "rewritten": {
            candidate.commit.oid: pool.rewritten(candidate.commit)
            for candidate in plain
            if candidate.commit.oid not in fresh
        },
        "trace": {candidate.commit.oid: pool.holding(candidate.named) for candidate in plain},
        "subject": {candidate.commit.oid: _called(pool, candidate.commit, fresh) for candidate in plain},
    }
    pairs = {(oid, old) for kind in by_kind.values() for oid, olds in kind.items() for old in olds}
    kin = Ancestry(repo, pairs)
    words = {
        "rewritten": REWRITTEN,
        "trace": "trace named in the message",
        "subject": "subject in the message",
    }
    return [(kind, strangers(olds, kin, words[kind])) for kind, olds in by_kind.items()]


def _called(pool: NotedCommits, commit: SurveyedCommit, fresh: Collection[str]) -> list[str]:
    """Noted commits whose subjects the message lists, or whose subject is its own without a server's number.

    The latter need an author who is the commit's author or co-author, and must not be newer than the commit.
    """
    oids = pool.called(heal_named.listed(commit))
    short = heal_named.numbered(commit)
    if short is not None and commit.oid not in fresh:
        for old in pool.called([short]):
            member = pool.members[old]
            if (
                heal_named.by_author(commit, member.author)
                and member.written <= commit.committed + heal_named.CLOCKS
            ):
                oids.append(old)
    return oids


def strangers(olds: Mapping[str, Collection[str]], kin: Ancestry, how: str) -> Sources:
    """Commit → the first `MOST` commits of `olds` that are no ancestors or descendants of it, as sources."""
    out = {}
    for oid, candidates in olds.items():
        others = [old for old in dict.fromkeys(candidates) if not kin.related(oid, old)]
        if others:
            out[oid] = [Source(old, how) for old in others[:MOST]]
    return out
