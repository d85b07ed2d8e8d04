"""Gathering: for each commit that may lack something, the commits its lines may come from, the surest kind
first.
"""

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
#: Candidates of one kind that are asked for one commit, the newest ones.
MOST = 12
#: Commits whose hunks are compared with others', the newest ones.
HUNKS = 200

Sources = dict[str, list[Source]]


class NamedSources(NamedTuple):
    """What the command line, reflogs and `git replace` name, by commit: sources from the weakest to the
    strongest.
    """

    replaced: Sources
    mapped: Sources


def named(
    repo: Repository, suspects: Mapping[str, Candidate], named_sources: NamedSources, noted: Collection[str]
) -> tuple[Sources, dict[str, list[str]]]:
    """Commit → sources that something names, the last one first to be asked; and ids named that are not here.

    A source without a note of its own stands for the commits that it replaced in turn.
    """
    in_messages = {
        oid: commit
        for oid, candidate in suspects.items()
        if (commit := heal_named.in_message(candidate.commit))
    }
    some = in_messages.keys() | named_sources.replaced.keys() | named_sources.mapped.keys()
    present = _here(repo, {source.oid for sources in in_messages.values() for source in sources})
    sources_of: Sources = {}
    missing: dict[str, list[str]] = {}
    for oid, candidate in suspects.items():
        if oid not in some and not candidate.copied:
            continue
        listed = in_messages.get(oid, [])
        commit = heal_named.with_reverted(repo, [source for source in listed if source.oid in present])
        absent = [source.oid for source in listed if source.oid not in present]
        if absent:
            missing[oid] = absent
        ordered = [*commit, *_followed(oid, named_sources.replaced, noted)]
        ordered.sort(key=lambda source: source.oid in noted)
        ordered += named_sources.mapped.get(oid, [])
        ordered += [Source(old, "note copied from") for old in candidate.copied]
        if ordered:
            sources_of[oid] = list(dict.fromkeys(ordered))
    return sources_of, missing


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
    """Kinds of likeness, the surest first: (kind, commit → sources); none of a commit's own kin.

    `fresh` are commits that were made anew here: only what their messages name counts.
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
    """Commits whose subjects a message lists, or has with a server's number: then a person of that commit
    made it, later.
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
    """Commit → those of the `olds` that are none of its kin, as sources."""
    out = {}
    for oid, candidates in olds.items():
        others = [old for old in dict.fromkeys(candidates) if not kin.related(oid, old)]
        if others:
            out[oid] = [Source(old, how) for old in others[:MOST]]
    return out
