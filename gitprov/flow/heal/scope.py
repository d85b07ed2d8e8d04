"""Selects the commits that heal checks, and those among them that seem to lack a note or a part of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import UsageError
from gitprov.git.process import decode
from gitprov.model.ids import TRACE_ID, TRACES_DIGEST, traces_digest
from gitprov.model.notes.note import Note

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

#: Number of newest commits of HEAD and its upstream that are checked without a range.
BOUND = 10_000
_NAMED = re.compile(
    rf"^[ \t>*+-]*AI-Trace:[ \t]*(?:({TRACE_ID.pattern})|({TRACES_DIGEST.pattern}))[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_NONE: frozenset[str] = frozenset()
_WAIVED = re.compile(rf"AI-Trace-Dropped:[ \t]*({TRACE_ID.pattern}|{TRACES_DIGEST.pattern})", re.IGNORECASE)

#: At most so many commits of one note are taken for those that git copied it from, as for a squash; git
#: itself produces no note with more.
_COPIED = 16


class Scope(NamedTuple):
    """Commits to check: `args` select them in git log (none: no commits), `words` describe them for users.

    All are reachable from `tips`, revisions or flags like --branches. `deep`: so many earlier commits are
    searched for the former versions of restored files.
    """

    args: tuple[str, ...]
    words: str
    tips: tuple[str, ...] = ()
    deep: int = BOUND


class Candidate(NamedTuple):
    """A commit that may lack a note or a part of it.

    `named`: traces in its message that its note does not contain. `copied`: the commits that its note was
    copied from. `bare`: it has no note at all. `digests`: digests in its message, each of many traces, that
    are not the digest of its note's traces.
    """

    commit: SurveyedCommit
    named: frozenset[str] = _NONE
    copied: tuple[str, ...] = ()
    bare: bool = False
    digests: frozenset[str] = _NONE


class Source(NamedTuple):
    """A commit that may contain another one's lines. `how`: the relation in words, for users.

    `only`: the files for which the relation is known; None for all. `whole`: the commit replaces or repeats
    its source; else it only contains some of the source's lines.
    """

    oid: str
    how: str
    only: frozenset[str] | None = None
    whole: bool = True


Sources = dict[str, list[Source]]
"""Commit → its possible sources."""

Answers = dict[str, list[tuple[list[Source], Note]]]
"""Commit → some of its sources, with the claims that it inherits from these together."""


def scope(repo: Repository, revisions: str | None, everything: bool) -> Scope:
    """The commits that a range or `everything` (--all) selects. UsageError for both, or an invalid range.

    One revision selects that commit alone; None selects the newest commits of HEAD and of its upstream.
    """
    if everything:
        if revisions is not None:
            raise UsageError("a range and --all exclude each other", "give one of them")
        head = ("HEAD",) if repo.resolve("HEAD") else ()
        tips = ("--branches", "--tags", "--remotes", *head)
        return Scope(tips, "all commits", tips)
    if revisions is not None:
        return _range(repo, revisions)
    # One process for both revisions: git prints those that it can resolve, in this order.
    tips_here = decode(repo.try_run("rev-parse", "HEAD^{commit}", "@{upstream}^{commit}").stdout).split()
    if not tips_here or "^" in tips_here[0]:
        return Scope((), "no commits")
    if len(tips_here) > 1 and "^" not in tips_here[1] and tips_here[0] != tips_here[1]:
        tips, words = ("HEAD", "@{upstream}"), "HEAD and its upstream"
    else:
        tips, words = ("HEAD",), "HEAD"
    return Scope((f"--max-count={BOUND}", *tips), f"the newest {BOUND:,} commits of {words}", tips)


def _range(repo: Repository, revisions: str) -> Scope:
    done = repo.try_run("rev-parse", "--revs-only", revisions) if not revisions.startswith("-") else None
    revs = decode(done.stdout).split() if done is not None and done.returncode == 0 else []
    if not revs:
        raise UsageError(f"{revisions!r} names no commits here", "as in: main..HEAD, or one commit")
    if len(revs) == 1:
        oid = repo.resolve(revs[0])
        if oid is None:
            raise UsageError(f"{revisions!r} is no commit", "as in: main..HEAD, or one commit")
        return Scope(("--no-walk", oid), "one commit", (oid,))
    tips = tuple(rev for rev in revs if not rev.startswith("^"))
    return Scope(tuple(revs), "commits of the range", tips)


def candidate_of(commit: SurveyedCommit) -> Candidate | None:
    """The commit as a candidate, None if it lacks no note and no part of one."""
    named, digests = _named(commit.message)
    if not commit.note:
        return Candidate(commit, named, (), True, digests)
    if digests:
        digests -= {traces_digest(Note.read(commit.note).traces)}
    if named:
        named = frozenset([trace for trace in named if f'"{trace}"' not in commit.note])
    copied: tuple[str, ...] = ()
    rows = commit.note.count('"commit"')
    if rows > 1 or (rows and f'"id":"{commit.oid}"' not in commit.note):
        copied = tuple(sorted(Note.read(commit.note).copied_from(commit.oid))[:_COPIED])
    return Candidate(commit, named, copied, False, digests) if named or copied or digests else None


def resolved(
    candidates: dict[str, Candidate], traces: Callable[[], Iterable[frozenset[str]]]
) -> dict[str, Candidate]:
    """The candidates, with the traces of their digests added to `named`, and without those that lack nothing.

    `traces` yields the set of traces of each note in this clone; it is called only if there are digests.
    """
    if not any(candidate.digests for candidate in candidates.values()):
        return candidates
    sets = {traces_digest(names): names for names in traces()}
    out = {}
    for oid, candidate in candidates.items():
        names = frozenset().union(*(sets.get(digest, _NONE) for digest in candidate.digests))
        if names and candidate.commit.note:
            names -= Note.read(candidate.commit.note).traces.keys()
        if candidate.named or names or candidate.copied or candidate.bare:
            out[oid] = candidate._replace(named=candidate.named | names)
    return out


def _named(message: str) -> tuple[frozenset[str], frozenset[str]]:
    """The traces and the digests of many traces that a message names, without those it lists as dropped."""
    if "gen_" not in message and "sha256:" not in message:
        return _NONE, _NONE
    pairs = _NAMED.findall(message)
    waived = frozenset(_WAIVED.findall(message)) if "ropped" in message.lower() else _NONE
    traces = frozenset(trace for trace, _ in pairs if trace)
    digests = frozenset(digest for _, digest in pairs if digest)
    return traces - waived, digests - waived
