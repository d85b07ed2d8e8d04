"""Which commits heal looks at, and which of them look as if a note were missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import UsageError
from gitprov.git.process import decode
from gitprov.model.ids import TRACE_ID, TRACES_DIGEST, traces_digest
from gitprov.model.note import Note

if TYPE_CHECKING:
    from gitprov.git.history.survey import SurveyedCommit
    from gitprov.git.repo import Repository

#: Commits looked at where neither a range nor an upstream says which.
BOUND = 10_000
_NAMED = re.compile(
    rf"^[ \t>*+-]*AI-Trace:[ \t]*(?:({TRACE_ID.pattern})|({TRACES_DIGEST.pattern}))[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_NONE: frozenset[str] = frozenset()
_WAIVED = re.compile(rf"AI-Trace-Dropped:[ \t]*({TRACE_ID.pattern}|{TRACES_DIGEST.pattern})", re.IGNORECASE)

#: Commits that git may have copied one note from, as for a squash; a note that names more was not made by
#: git.
_COPIED = 16


class Scope(NamedTuple):
    """Commits to look at: arguments of git log, none for no commits; `words` say which they are.

    `tips` are revisions (or flags like --branches) that lead to all of them. `single`: it is one commit.
    `deep`: earlier commits in which files that were brought back are looked for.
    """

    args: tuple[str, ...]
    words: str
    tips: tuple[str, ...] = ()
    single: str | None = None
    deep: int = BOUND


class Candidate(NamedTuple):
    """A commit that may lack a note or a part of it.

    `named`: traces its message names that its note does not have. `copied`: the commits that its note was
    copied from. `bare`: it has no note at all. `digests`: of many traces together, that its message names and
    that are not those of its note.
    """

    commit: SurveyedCommit
    named: frozenset[str]
    copied: tuple[str, ...]
    bare: bool
    digests: frozenset[str] = _NONE


def scope(repo: Repository, revisions: str | None, everything: bool) -> Scope:
    """The commits asked for. UsageError where the range is none.

    One revision is that commit alone; without any it is the newest commits of HEAD and of its upstream.
    """
    if everything:
        if revisions is not None:
            raise UsageError("a range and --all exclude each other", "give one of them")
        head = ("HEAD",) if repo.resolve("HEAD") else ()
        tips = ("--branches", "--tags", "--remotes", *head)
        return Scope(tips, "all commits", tips)
    if revisions is not None:
        return _range(repo, revisions)
    # One question for both: git answers as far as it can.
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
        return Scope(("--no-walk", oid), "one commit", (oid,), oid)
    tips = tuple(rev for rev in revs if not rev.startswith("^"))
    return Scope(tuple(revs), "commits of the range", tips)


def suspects(commits: Iterable[SurveyedCommit]) -> dict[str, Candidate]:
    """The commits that may lack something, in their order."""
    candidates = {}
    for commit in commits:
        candidate = suspect(commit)
        if candidate is not None:
            candidates[commit.oid] = candidate
    return candidates


def suspect(commit: SurveyedCommit) -> Candidate | None:
    """What a commit may lack, None where it lacks nothing."""
    named, digests = _named(commit.message)
    if not commit.note:
        return Candidate(commit, named, (), True, digests)
    if digests:
        digests -= {traces_digest(Note.read(commit.note).traces)}
    if named:
        named = frozenset([trace for trace in named if f'"{trace}"' not in commit.note])
    copied: tuple[str, ...] = ()
    if commit.note.count('"commit"') != 1 or f'"id":"{commit.oid}"' not in commit.note:
        copied = tuple(sorted(Note.read(commit.note).copied_from(commit.oid))[:_COPIED])
    return Candidate(commit, named, copied, False, digests) if named or copied or digests else None


def resolved(
    suspects: Mapping[str, Candidate], traces: Callable[[], Iterable[frozenset[str]]]
) -> dict[str, Candidate]:
    """The suspects, digests replaced by the traces they stand for; those that lack nothing then are left out.

    `traces` has those of each note here, a set a note, and is asked only where a message has such a digest.
    """
    if not any(candidate.digests for candidate in suspects.values()):
        return dict(suspects)
    sets = {traces_digest(names): names for names in traces()}
    out = {}
    for oid, candidate in suspects.items():
        names = frozenset().union(*(sets.get(digest, _NONE) for digest in candidate.digests))
        if names and candidate.commit.note:
            names -= Note.read(candidate.commit.note).traces.keys()
        if candidate.named or names or candidate.copied or candidate.bare:
            out[oid] = candidate._replace(named=candidate.named | names)
    return out


def _named(message: str) -> tuple[frozenset[str], frozenset[str]]:
    """The traces that a message names and does not let go, and the digests by which it names many
    together.
    """
    if "gen_" not in message and "sha256:" not in message:
        return _NONE, _NONE
    pairs = _NAMED.findall(message)
    waived = frozenset(_WAIVED.findall(message)) if "ropped" in message.lower() else _NONE
    traces = frozenset(trace for trace, _ in pairs if trace)
    digests = frozenset(digest for _, digest in pairs if digest)
    return traces - waived, digests - waived
