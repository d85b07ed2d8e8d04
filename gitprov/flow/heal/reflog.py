"""Reads from reflogs which commits an amendment or a rebase replaced, and which were newly made here."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.heal.named import Source
from gitprov.git.objects import is_commit, parse_commit
from gitprov.git.process import decode

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

_FINISH = re.compile(r"\(finish\): refs/heads/.+ onto ([0-9a-f]{40,64})$")
#: At most so many entries of all reflogs together are read.
_STEPS = 20_000
#: At most so many commits are followed back from the end of one rebase.
_LONG = 2_000


#: Reasons of moves that are no evidence for a relation of the two commits: the user only switched.
_WENT = ("checkout:", "branch:")


class Entries(NamedTuple):
    """Reflog entries of HEAD and of all local branches, oldest first in each log.

    `moves` are (old commit, new commit, git's reason); `new` are (commit, reason) of all entries, including
    the oldest.
    """

    moves: list[tuple[str, str, str]]
    new: list[tuple[str, str]]


def replaced(
    repo: Repository, commits: Mapping[str, SurveyedCommit], entries: Entries
) -> dict[str, list[Source]]:
    """Commit → the commits that it replaced, oldest first; outside `commits` only by amendments."""
    fresh = made_anew(commits, entries)
    sources_of: dict[str, list[Source]] = {}
    for old, new, why in entries.moves:
        if why.startswith("commit (amend)"):
            # Even if `new` is not in `commits`: it may have been amended again, and then it leads to `old`.
            sources_of.setdefault(new, []).append(Source(old, "amended"))
            continue
        finish = _FINISH.search(why)
        if finish is not None:
            for oid in _upto(commits, new, {finish[1], old}):
                sources_of.setdefault(oid, []).append(Source(old, "branch before its rebase"))
        elif new in commits and new not in fresh and not why.startswith(_WENT) and _same_tree(repo, old, new):
            sources_of.setdefault(new, []).append(Source(old, "branch before it was moved"))
    return {oid: list(dict.fromkeys(sources)) for oid, sources in sources_of.items()}


def made_anew(commits: Mapping[str, SurveyedCommit], entries: Entries) -> frozenset[str]:
    """Those of `commits` that a plain `git commit` made in this clone, with that moment as the author date.

    Such a commit repeats no other one: a rewrite keeps the author date of the original. If its change equals
    another commit's, it was typed or copied by hand, and the hooks have used any evidence. An amendment by
    another program has another parent: the parent of a new commit is the commit before it in the reflog.
    """
    aside = {new for old, new, _ in entries.moves if new in commits and old not in commits[new].parents}
    return frozenset(
        oid
        for oid, why in entries.new
        if why.startswith(("commit:", "commit (initial):"))
        and oid in commits
        and oid not in aside
        and commits[oid].written == commits[oid].committed
    )


def _same_tree(repo: Repository, old: str, new: str) -> bool:
    """Whether two commits have the same tree, and `old` is not an ancestor of `new`."""
    pair = [*filter(is_commit, repo.objects.get_many([old, new]))]
    if len(pair) < 2 or old == new:
        return False
    before, now = map(parse_commit, pair)
    if before.tree != now.tree or old in now.parents:
        return False
    return repo.try_run("merge-base", "--is-ancestor", old, new).returncode == 1


def entries(repo: Repository) -> Entries:
    """The reflog entries of HEAD and of all local branches; none where git keeps no reflogs."""
    flags = ("log", "-g", f"--max-count={_STEPS}", "--no-show-signature", "--format=%H%x00%gD%x00%gs")
    shown = repo.try_run(*flags, "HEAD", "--branches", "--")
    logs: dict[str, list[tuple[str, str]]] = {}
    for row in decode(shown.stdout).splitlines():
        oid, _, rest = row.partition("\0")
        name, _, why = rest.partition("\0")
        logs.setdefault(name.partition("@{")[0], []).append((oid, why))
    out = Entries([], [])
    for rows in logs.values():
        moves = [(old[0], new[0], new[1]) for new, old in itertools.pairwise(rows)]
        out.moves.extend(reversed(moves))
        out.new.extend(reversed(rows))
    return out


def _upto(commits: Mapping[str, SurveyedCommit], tip: str, stop: set[str]) -> list[str]:
    """The commits in `commits` from `tip` back to those in `stop`, which also gets all commits found."""
    oids: list[str] = []
    pending = [tip]
    while pending and len(oids) < _LONG:
        oid = pending.pop()
        if oid in commits and oid not in stop:
            stop.add(oid)
            oids.append(oid)
            pending += commits[oid].parents
    return oids
