"""Gathering: for each commit that may lack something, the commits its lines may come from, the surest kind first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.heal import named as heal_named
from gitprov.flow.heal.named import Source
from gitprov.flow.heal.pool import Ancestry, NotedCommits

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
    """What the command line, reflogs and `git replace` name, by commit: sources from the weakest to the strongest."""

    replaced: Sources
    given: Sources


def named(
    repo: Repository, suspects: Mapping[str, Candidate], known: NamedSources, noted: Collection[str]
) -> tuple[Sources, dict[str, list[str]]]:
    """Commit → sources that something names, the last one first to be asked; and ids named that are not here.

    A source without a note of its own stands for the commits that it replaced in turn.
    """
    said = {oid: told for oid, one in suspects.items() if (told := heal_named.said(one.told))}
    some = said.keys() | known.replaced.keys() | known.given.keys()
    here = _here(repo, {source.oid for sources in said.values() for source in sources})
    found: Sources = {}
    missing: dict[str, list[str]] = {}
    for oid, one in suspects.items():
        if oid not in some and not one.copied:
            continue
        listed = said.get(oid, [])
        told = heal_named.with_reverted(repo, [source for source in listed if source.oid in here])
        absent = [source.oid for source in listed if source.oid not in here]
        if absent:
            missing[oid] = absent
        own = [*told, *_followed(oid, known.replaced, noted)]
        own.sort(key=lambda source: source.oid in noted)
        own += known.given.get(oid, [])
        own += [Source(old, "note copied from") for old in one.copied]
        if own:
            found[oid] = list(dict.fromkeys(own))
    return found, missing


def _followed(oid: str, replaced: Sources, noted: Collection[str]) -> list[Source]:
    out: list[Source] = []
    seen = {oid}
    left = list(replaced.get(oid, ()))
    while left:
        source = left.pop()
        if source.oid in seen:
            continue
        seen.add(source.oid)
        before = replaced.get(source.oid, ()) if source.oid not in noted else ()
        if before:
            left += before
        else:
            out.append(source)
    return out[::-1]


def _here(repo: Repository, oids: Iterable[str]) -> set[str]:
    wanted = sorted(oids)
    found = zip(wanted, repo.objects.get_many(wanted), strict=True)
    return {oid for oid, obj in found if obj is not None and obj.type == "commit"}


def likely(
    repo: Repository, suspects: Iterable[Candidate], pool: NotedCommits, fresh: Collection[str]
) -> list[tuple[str, Sources]]:
    """Kinds of likeness, the surest first: (kind, commit → sources); none of a commit's own kin.

    `fresh` are commits that were made anew here: only what their messages name counts.
    """
    plain = [one for one in suspects if len(one.told.parents) < 2]
    if not pool or not plain:
        return []
    found = {
        "rewritten": {one.told.oid: pool.rewritten(one.told) for one in plain if one.told.oid not in fresh},
        "trace": {one.told.oid: pool.holding(one.named) for one in plain},
        "subject": {one.told.oid: _called(pool, one.told, fresh) for one in plain},
    }
    pairs = {(oid, old) for kind in found.values() for oid, olds in kind.items() for old in olds}
    kin = Ancestry(repo, pairs)
    words = {
        "rewritten": REWRITTEN,
        "trace": "trace named in the message",
        "subject": "subject in the message",
    }
    return [(kind, strangers(olds, kin, words[kind])) for kind, olds in found.items()]


def _called(pool: NotedCommits, told: SurveyedCommit, fresh: Collection[str]) -> list[str]:
    """Commits whose subjects a message lists, or has with a server's number: then a person of that commit made it, later."""
    found = pool.called(heal_named.listed(told))
    short = heal_named.numbered(told)
    if short is not None and told.oid not in fresh:
        for old in pool.called([short]):
            one = pool.members[old]
            if heal_named.by_author(told, one.author) and one.written <= told.committed + heal_named.CLOCKS:
                found.append(old)
    return found


def strangers(olds: Mapping[str, Collection[str]], kin: Ancestry, how: str) -> Sources:
    """Commit → those of the `olds` that are none of its kin, as sources."""
    out = {}
    for oid, found in olds.items():
        others = [old for old in dict.fromkeys(found) if not kin.related(oid, old)]
        if others:
            out[oid] = [Source(old, how) for old in others[:MOST]]
    return out
