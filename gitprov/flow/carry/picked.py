"""Commits that `git cherry-pick -n` brought into the index: git names them only by the message that it
leaves.

Lines that merely read like another commit's are nobody's evidence, so an equal hunk counts only where that
message is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.git_state import state
from gitprov.git import notes as git_notes
from gitprov.git.objects import is_commit, parse_commit
from gitprov.git.process import decode
from gitprov.interop import messages
from gitprov.store import notes

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Commits without a note whose messages are compared, the newest ones of other branches.
_MOST = 2_000
#: What git puts below the message where the pick had a conflict; the character is `core.commentChar`.
_CONFLICTS = re.compile(r"\n\n?\S+ Conflicts:\n.*", re.DOTALL)


class Picked(NamedTuple):
    """What the message in MERGE_MSG tells. `commits` are those with a note that have it, at most one trace's
    worth.

    `sure`: the message is that of some commit, so that git itself brought in a change.
    """

    commits: tuple[str, ...] = ()
    sure: bool = False


def picked(repo: Repository, head: str | None) -> Picked:
    """The commits whose message git left in MERGE_MSG. For a state in which git names no other commit."""
    text = _CONFLICTS.sub("", "\n" + state(repo, "MERGE_MSG"))
    named = [oid for oid in messages.picked(text) if repo.objects.get(oid) is not None]
    if named:
        return Picked((named[-1],), sure=True)
    words = text.split()
    if not words:
        return Picked()
    same = _noted(repo, words)
    if not same:
        return Picked(sure=_is_message(repo, head, words))
    return Picked((same[0],) if len(same) == 1 else _one_of(repo, head, same), sure=True)


def _noted(repo: Repository, words: list[str]) -> list[str]:
    """Commits with a note whose message has these words."""
    oids = list(git_notes.listing(repo, notes.REF))
    first = words[0].encode("utf-8", "surrogateescape")
    objects = filter(is_commit, repo.objects.get_many(oids))
    commits = (parse_commit(one) for one in objects if first in one.data)
    return [one.oid for one in commits if decode(one.message).split() == words]


def _is_message(repo: Repository, head: str | None, words: list[str]) -> bool:
    """Whether a commit of another branch has this message."""
    without = ("--not", head) if head else ()
    flags = (
        "log",
        f"--max-count={_MOST}",
        "--no-show-signature",
        "--format=%B%x00",
        "--branches",
        "--remotes",
    )
    shown = decode(repo.try_run(*flags, *without, "--").stdout)
    return any(one.split() == words for one in shown.split("\0"))


def _one_of(repo: Repository, head: str | None, oids: Iterable[str]) -> tuple[str, ...]:
    """Of commits with one message, that which has a staged hunk; none where several do and their notes
    differ.
    """
    from gitprov.git.files import patches

    staged = {(one.path, one.body) for one in patches.staged(repo, head)}
    fitting = [
        oid
        for oid, hunks in patches.of_commits(repo, oids)
        if any((one.path, one.body) in staged for one in hunks)
    ]
    trace_sets = {frozenset(note.traces) for note in notes.read(repo, fitting).values()}
    return (fitting[0],) if len(trace_sets) == 1 else ()
