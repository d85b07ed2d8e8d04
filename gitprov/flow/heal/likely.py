"""Sources that look like the commit: same author and date, patch, hunk, traces or a whole branch."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gitprov.attribution.inherit import note_of
from gitprov.flow.heal.scope import Answers, Source, Sources
from gitprov.flow.heal.search import TRACES, Ancestry
from gitprov.git.history import survey
from gitprov.git.process import decode
from gitprov.interop import messages
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import claimed_lines
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.flow.heal.search import Search
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

_Key = TypeVar("_Key", bound=Hashable)
_REWRITTEN = "same author, date and subject"
#: At most so many commits, the newest ones, are sources of equal hunks.
_HUNKS = 200
#: At most so many branches are compared, the newest ones, and so many commits are read of all together.
_BRANCHES = 200
_COMMITS = 5_000
#: At most so many revisions count as starts of branches.
_LINES = 6
#: Seconds by which the clocks of a server and of a clone may differ.
_CLOCKS = 600
_FORMAT = "--format=%(objectname)%00%(HEAD)%00%(refname)%00%(upstream)"
_BULLET = re.compile(r"^[*-] (.+)$", re.MULTILINE)
_NUMBER = re.compile(r" \([#!]\d+\)$")


# An equal change alone is no evidence, since a person may make it by hand: docs/heal.md lists the conditions.


class Branch(NamedTuple):
    """An unmerged branch: its newest commit, the commit where it starts, its own commits (oldest first)."""

    ref: str
    tip: str
    base: str
    commits: tuple[str, ...]


def _index(
    commits: Mapping[str, SurveyedCommit], keys: Callable[[SurveyedCommit], Iterable[_Key]]
) -> dict[_Key, list[str]]:
    """Key → the commits that have it."""
    index: dict[_Key, list[str]] = {}
    for oid, commit in commits.items():
        for key in keys(commit):
            index.setdefault(key, []).append(oid)
    return index


def rewritten(search: Search) -> Sources:
    """Noted commits with the same author, author date and subject."""
    index = _index(search.pool, lambda commit: [commit.key])
    olds = {
        commit.oid: index[commit.key]
        for commit, *_ in search.comparable()
        if commit.key in index and commit.oid not in search.fresh
    }
    return search.unrelated(olds, _REWRITTEN)


def traced(search: Search) -> Sources:
    """Noted commits whose notes contain a trace that the message names."""
    index = _index(search.pool, lambda commit: dict.fromkeys(TRACES.findall(commit.note)))
    olds = {
        commit.oid: [old for trace in sorted(traces) for old in index.get(trace, ())]
        for commit, traces, *_ in search.comparable()
    }
    return search.unrelated(olds, "trace named in the message")


def called(search: Search) -> Sources:
    """Noted commits whose subjects the message lists, or whose subject is its own without a server's number.

    The latter need an author who is the commit's author or co-author, and must not be newer than the commit.
    """
    index = _index(search.pool, lambda commit: [commit.subject])
    olds_of = {}
    for commit, *_ in search.comparable():
        olds = [old for subject in _listed(commit) for old in index.get(subject, ())]
        short = _numbered(commit)
        if short and short in index and commit.oid not in search.fresh:
            members = [search.pool[old] for old in index[short]]
            olds += [
                member.oid
                for member in members
                if _by_author(commit, member.author) and member.written <= commit.committed + _CLOCKS
            ]
        olds_of[commit.oid] = olds
    return search.unrelated(olds_of, "subject in the message")


def before_conflict(search: Search) -> Sources:
    """Forms of a commit before its conflict was resolved: its note may cover the resolution only."""
    index = _index(search.pool, lambda commit: [commit.key])
    olds = {
        oid: [
            old
            for old in index[commit.key]
            if old != oid and _claims_more(search.pool[old].note, commit.note)
        ]
        for oid, commit in search.partial.items()
        if set(index.get(commit.key, ())) - {oid} and oid not in search.fresh
    }
    return search.unrelated(olds, _REWRITTEN, whole=False)


def _claims_more(source: str, note: str) -> bool:
    """Whether the raw note `source` claims more lines than `note` for some trace or person.

    After a clean rebase it does not.
    """
    counts, others = (
        {key: claimed_lines(row) for key, row in Note.read(text).rows.items()} for text in (note, source)
    )
    return any(count > counts.get(key, 0) for key, count in others.items())


def _listed(commit: SurveyedCommit) -> list[str]:
    """The subjects that the message of a squash commit lists as bullets, without repetitions."""
    listing = "\n* " in commit.message or "\n- " in commit.message
    return list(dict.fromkeys(_BULLET.findall(commit.message))) if listing else []


def _numbered(commit: SurveyedCommit) -> str:
    """The subject without the merge request's number that a server appended; empty if it has no number."""
    short = _NUMBER.sub("", commit.subject)
    return short if short != commit.subject else ""


def _by_author(commit: SurveyedCommit, author: str) -> bool:
    """Whether `author` is the commit's author, or a co-author by its message."""
    people = (commit.author, *messages.co_authors(commit.message))
    return any(messages.same_person(author, person) for person in people)


def same_patch(search: Search) -> Sources:
    """Noted commits with the same patch, author and author date."""
    from gitprov.git.files.patches import patch_ids

    olds_of = _same_moment(search)
    if not olds_of:
        return {}
    search.tell("comparing changes", 0, len(olds_of))
    patch_of = patch_ids(search.repo, olds_of)
    old_patch_of = patch_ids(search.repo, set().union(*olds_of.values()))
    same = {
        oid: sorted(old for old in olds_of[oid] if patch == old_patch_of.get(old))
        for oid, patch in patch_of.items()
    }
    return search.unrelated(same, "same patch")


def _same_moment(search: Search) -> dict[str, frozenset[str]]:
    """Commit that may repeat a noted one → the noted commits with its author and author date."""
    index = _index(search.pool, lambda commit: [commit.moment])
    return {c.oid: frozenset(index[c.moment]) for c in search.repeats() if c.moment in index}


def same_hunks(search: Search) -> Sources:
    """The newest noted commits with the same author and author date, whose hunks may be the same."""
    olds_of = _same_moment(search)
    newest = sorted(set().union(*olds_of.values()), key=lambda old: -search.pool[old].committed)[:_HUNKS]
    if newest:
        search.tell("comparing hunks", 0, len(olds_of))
    return {
        oid: [Source(old, "same hunk") for old in newest if old in olds]
        for oid, olds in olds_of.items()
        if not olds.isdisjoint(newest)
    }


def claims_of_hunks(search: Search, sources_of: Sources) -> Answers:
    """The claims of each source for the hunks that its commit has with the same lines and context."""
    from gitprov.flow.carry import same_hunks as hunks

    sources = {source.oid: source for sources in sources_of.values() for source in sources}
    hits_of: dict[tuple[str, str], list[hunks.SameHunks]] = {}
    for oid, hits in hunks.by_commit(search.repo, sources_of, sources).items():
        for hit in hits:
            if sources[hit.source] in sources_of[oid]:
                hits_of.setdefault((oid, hit.source), []).append(hit)
    kin = Ancestry(search.repo, hits_of)
    noted = notes.read(search.repo, {old for _, old in hits_of})
    claims_of: Answers = {}
    for (oid, old), hits in hits_of.items():
        note = noted.get(old)
        inherited = note_of(hunks.heritage(note, hits), oid, 0) if note is not None else None
        if inherited is not None and not kin.related(oid, old):
            rows = [row for row in inherited.rows.values() if row.kind != "commit"]
            claims_of.setdefault(oid, []).append(([sources[old]], Note(rows)))
    return claims_of


def squashed(search: Search) -> Sources:
    """The commits, oldest first, of a branch that a server merged as one commit: it makes the same change."""
    from gitprov.git.files.patches import patch_ids, whole_ids

    commits = search.repeats()
    if not commits:
        return {}
    search.tell("comparing branches", 0, len(commits))
    repo = search.repo
    branches = [
        branch
        for branch in _branches(repo, search.scope.tips)
        if not search.noted.keys().isdisjoint(branch.commits)
    ]
    by_patch: dict[str, list[Branch]] = {}
    branch_of = {branch.tip: branch for branch in branches}
    for tip, patch in whole_ids(repo, {branch.tip: branch.base for branch in branches}).items():
        by_patch.setdefault(patch, []).append(branch_of[tip])
    out: Sources = {}
    changes = patch_ids(repo, [commit.oid for commit in commits]) if by_patch else {}
    for commit in commits:
        for branch in by_patch.get(changes.get(commit.oid, ""), ()):
            if commit.oid not in branch.commits and _is_squash(commit, _parts(repo, branch)):
                name = branch.ref.partition("/")[2].partition("/")[2]
                out[commit.oid] = [Source(oid, f"squash of {name}") for oid in branch.commits]
                break
    return out


def _is_squash(squash: SurveyedCommit, parts: Sequence[SurveyedCommit]) -> bool:
    """Whether a commit that makes the whole change of `parts` was made from them, and not by hand.

    An author of one of the parts must be its author or a co-author, it must not be older than the branch,
    and: the branch has several commits, or the message names one of them as servers do, or the committer is
    not the author.
    """
    if not parts or squash.committed + _CLOCKS < max(one.written for one in parts):
        return False
    if not any(_by_author(squash, one.author) for one in parts):
        return False
    names = {*_listed(squash), _numbered(squash)} - {""}
    return (
        len(parts) > 1
        or any(one.subject in names for one in parts)
        or not messages.same_person(squash.author, squash.committer)
    )


def _parts(repo: Repository, branch: Branch) -> list[SurveyedCommit]:
    return [one for one in survey.of(repo, notes.REF, branch.commits) if len(one.parents) < 2]


def _branches(repo: Repository, tips: Sequence[str]) -> list[Branch]:
    """Local branches and remote-tracking refs with commits that the commits of `_lines` do not reach."""
    ref_args = ("for-each-ref", "--sort=-committerdate", _FORMAT, "refs/heads", "refs/remotes")
    rows = [row.split("\0") for row in decode(repo.run(*ref_args)).splitlines()]
    lines = _lines(repo, rows, tips)
    ends = {oid: ref for oid, _, ref, _ in rows[::-1] if oid not in lines}
    some = list(ends)[::-1][:_BRANCHES]
    if not some or not lines:
        return []
    names = "".join(f"{oid}\n" for oid in some) + "".join(f"^{oid}\n" for oid in lines)
    args = ("rev-list", "--parents", f"--max-count={_COMMITS}", "--ignore-missing", "--stdin")
    shown = decode(repo.run(*args, stdin=names.encode("ascii"))).splitlines()
    graph = {oid: parents for oid, *parents in (row.split(" ") for row in shown)}
    return [one for oid in some if (one := _branch(repo, ends[oid], oid, graph, lines)) is not None]


def _lines(repo: Repository, rows: Sequence[Sequence[str]], tips: Sequence[str]) -> list[str]:
    """The commits that count as starts of branches: `tips`, HEAD, its upstream, remotes' default branches."""
    refs = {ref: oid for oid, _, ref, _ in rows}
    upstream = [refs[name] for _, mark, _, name in rows if mark == "*" and name in refs]
    default = [oid for oid, _, ref, _ in rows if ref.startswith("refs/remotes/") and ref.endswith("/HEAD")]
    plain = [oid for tip in tips[:_LINES] if not tip.startswith("-") and (oid := repo.resolve(tip))]
    head = repo.resolve("HEAD")
    return list(dict.fromkeys([*plain, *([head] if head else []), *upstream, *default]))[:_LINES]


def _branch(
    repo: Repository, ref: str, tip: str, graph: Mapping[str, Sequence[str]], lines: Sequence[str]
) -> Branch | None:
    """A branch with its own commits; None if it has none, or no single start.

    `graph` has the parents of all commits that are not reachable from `lines`.
    """
    oids: list[str] = []
    starts: dict[str, None] = {}
    pending = [tip] if tip in graph else []
    seen = {*pending}
    while pending:
        oid = pending.pop()
        oids.append(oid)
        for parent in graph[oid]:
            if parent not in graph:
                starts[parent] = None
            elif parent not in seen:
                seen.add(parent)
                pending.append(parent)
    if len(starts) > 1:  # one of `lines` was merged into the branch
        bases = (decode(repo.try_run("merge-base", tip, line).stdout).split() for line in lines)
        starts = dict.fromkeys(base[0] for base in bases if base)
    return Branch(ref, tip, next(iter(starts)), tuple(oids[::-1])) if len(starts) == 1 else None
