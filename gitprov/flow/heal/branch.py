"""Finds branches that a server merged as one commit: it makes the branch's whole change, with other evidence.

An equal change alone is no evidence: a person may make it by hand. docs/heal.md lists the further conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.heal import named as heal_named
from gitprov.flow.heal.named import Source
from gitprov.git.files.patches import patch_ids, whole_ids
from gitprov.git.history import survey
from gitprov.git.process import decode
from gitprov.interop.messages import same_person
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

#: At most so many branches are compared, the newest ones, and so many commits are read of all together.
_BRANCHES = 200
_COMMITS = 5_000
#: At most so many revisions count as starts of branches.
_LINES = 6
_FORMAT = "--format=%(objectname)%00%(HEAD)%00%(refname)%00%(upstream)"


class Branch(NamedTuple):
    """An unmerged branch: its newest commit, the commit where it starts, its own commits (oldest first)."""

    ref: str
    tip: str
    base: str
    commits: tuple[str, ...]


def squashed(
    repo: Repository, commits: Sequence[SurveyedCommit], noted: frozenset[str], tips: Sequence[str]
) -> dict[str, list[Source]]:
    """Commit → the commits of the branch that it is a squash of, oldest first.

    `commits` are no merges and have no note; they are reachable from the revisions `tips`. Branches without
    a commit in `noted` are left out.
    """
    if not commits:
        return {}
    candidates = [one for one in _branches(repo, tips) if not noted.isdisjoint(one.commits)]
    by_patch: dict[str, list[Branch]] = {}
    ids = whole_ids(repo, {one.tip: one.base for one in candidates})
    for branch in candidates:
        if branch.tip in ids:
            by_patch.setdefault(ids[branch.tip], []).append(branch)
    out: dict[str, list[Source]] = {}
    changes = patch_ids(repo, [one.oid for one in commits]) if by_patch else {}
    for commit in commits:
        for branch in by_patch.get(changes.get(commit.oid, ""), ()):
            parts = _read(repo, branch)
            if commit.oid not in branch.commits and says_so(commit, parts):
                name = branch.ref.partition("/")[2].partition("/")[2]
                out[commit.oid] = [Source(oid, f"squash of {name}") for oid in branch.commits]
                break
    return out


def says_so(squash: SurveyedCommit, parts: Sequence[SurveyedCommit]) -> bool:
    """Whether a commit that makes the whole change of `parts` was made from them, and not by hand.

    An author of one of the parts must be its author or a co-author, it must not be older than the branch,
    and: the branch has several commits, or the message names one of them as servers do, or the committer is
    not the author.
    """
    if not parts or squash.committed + heal_named.CLOCKS < max(one.written for one in parts):
        return False
    if not any(heal_named.by_author(squash, one.author) for one in parts):
        return False
    names = {*heal_named.listed(squash), heal_named.numbered(squash)}
    return (
        len(parts) > 1
        or any(one.subject in names for one in parts)
        or not same_person(squash.author, squash.committer)
    )


def _read(repo: Repository, branch: Branch) -> list[SurveyedCommit]:
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
