"""Sources that something names: the command line, reflogs, and the commits' messages."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gitprov.errors import UsageError
from gitprov.flow.heal.scope import Source, Sources
from gitprov.git.notes import listing
from gitprov.git.objects import is_commit, parse_commit
from gitprov.git.process import decode
from gitprov.interop import messages
from gitprov.store import files, notes

if TYPE_CHECKING:
    from gitprov.flow.heal.search import Search
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

_FINISH = re.compile(r"\(finish\): refs/heads/.+ onto ([0-9a-f]{40,64})$")
#: Reasons of moves that are no evidence for a relation of the two commits: the user only switched.
_WENT = ("checkout:", "branch:")
#: At most so many commits are followed back from the end of one rebase.
_LONG = 2_000
_SHORTEST = 7


def named(search: Search) -> Sources:
    """The named sources of the candidates, the last one to be used first.

    A source without a note of its own is replaced by the commits that it replaced itself.
    """
    replaced = _replaced(search) if search.candidates else {}
    sources_of: Sources = {}
    for oid, candidate in search.candidates.items():
        sources = _present(search.repo, in_message(candidate.commit))
        if oid in replaced:
            sources += _followed(oid, replaced, search.noted)
        sources.sort(key=lambda source: source.oid in search.noted)
        sources += search.mapped.get(oid, [])
        sources += [Source(old, "note copied from") for old in candidate.copied]
        if sources:
            sources_of[oid] = list(dict.fromkeys(sources))
    return sources_of


def in_message(commit: SurveyedCommit) -> list[Source]:
    """Commits that the message of `commit` names by id, oldest first."""
    message = commit.message
    if "commit " not in message:
        return []
    sources = [Source(oid, "squash message") for oid in messages.squashed(message)]
    sources += [Source(oid, "reverts") for oid in messages.reverted(message)]
    return [*sources, *(Source(oid, "cherry-picked from") for oid in messages.picked(message))]


def _present(repo: Repository, sources: Sequence[Source]) -> list[Source]:
    """The sources in this clone, with reverted commits replaced by their parents: these had the lines."""
    out: list[Source] = []
    for source in sources:
        obj = repo.objects.get(source.oid)
        if is_commit(obj) and source.how == "reverts":
            out += [Source(old, "reverts its child", whole=False) for old in parse_commit(obj).parents]
        elif is_commit(obj):
            out.append(source)
    return out


def _followed(oid: str, replaced: Sources, noted: Mapping[str, str]) -> list[Source]:
    """The commits with a note that `oid` replaced, directly or through commits without one."""
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


def _replaced(search: Search) -> Sources:
    """Commit → the commits that it replaced, oldest first; outside the scope only by amendments."""
    commits = search.commits
    sources_of: Sources = {}
    for old, new, why in search.reflogs.moves:
        if why.startswith("commit (amend)"):
            # Even if `new` is not in `commits`: it may have been amended again, and then it leads to `old`.
            sources_of.setdefault(new, []).append(Source(old, "amended"))
        elif (finish := _FINISH.search(why)) is not None:
            for oid in _upto(commits, new, {finish[1], old}):
                sources_of.setdefault(oid, []).append(Source(old, "branch before its rebase"))
        elif (
            new in commits
            and new not in search.fresh
            and not why.startswith(_WENT)
            and _same_tree(search.repo, old, new)
        ):
            sources_of.setdefault(new, []).append(Source(old, "branch before it was moved"))
    return sources_of


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


def _same_tree(repo: Repository, old: str, new: str) -> bool:
    """Whether two commits have the same tree, and `old` is not an ancestor of `new`."""
    pair = [*filter(is_commit, repo.objects.get_many([old, new]))]
    if len(pair) < 2 or old == new:
        return False
    before, now = map(parse_commit, pair)
    if before.tree != now.tree or old in now.parents:
        return False
    return repo.try_run("merge-base", "--is-ancestor", old, new).returncode == 1


def read_map(repo: Repository, values: Sequence[str]) -> list[tuple[str, str]]:
    """Read --map: `old:new` pairs, and files of `old new` lines such as filter-repo's commit-map.

    UsageError for a value that is neither. The old commit may be missing here if it has a note.
    """
    pairs: list[tuple[str, str]] = []
    for value in values:
        data = files.read(os.path.join(repo.cwd, value)) if value else None
        pairs += _read_file(repo, value, data) if data is not None else [_pair(repo, value)]
    return pairs


def _read_file(repo: Repository, name: str, data: bytes) -> list[tuple[str, str]]:
    pairs = []
    full = re.compile(f"[0-9a-f]{{{repo.hash_length}}}")
    for n, line in enumerate(decode(data).splitlines()):
        words = line.split()
        if not words or (n == 0 and not full.fullmatch(words[0])):
            continue  # the header
        if len(words) != 2 or not all(full.fullmatch(word) for word in words):
            raise UsageError(f"{name}: line {n + 1} is not '<old> <new>'", "as filter-repo's commit-map")
        if words[0] != words[1] and words[1].strip("0"):  # zeros: filter-repo dropped the commit
            pairs.append((words[0], words[1]))
    return pairs


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
