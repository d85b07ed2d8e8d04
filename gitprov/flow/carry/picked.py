"""The commits that `git cherry-pick -n` applied to the index: git keeps only their message, in MERGE_MSG.

Lines that merely equal another commit's are no evidence, so an equal hunk counts only if that message exists.
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

#: The most commits of other branches whose messages are compared, newest first, if no noted one matches.
_MOST = 2_000
#: What git puts below the message where the pick had a conflict; the character is `core.commentChar`.
_CONFLICTS = re.compile(r"\n\n?\S+ Conflicts:\n.*", re.DOTALL)


class Picked(NamedTuple):
    """The result for MERGE_MSG: `commits` is the commit that it names or the noted one with this message.

    It is empty if there is none or several with different traces fit. `sure`: the message is a commit's, so
    git itself applied a change.
    """

    commits: tuple[str, ...] = ()
    sure: bool = False


def picked(repo: Repository, head: str | None) -> Picked:
    """The commits whose message is in MERGE_MSG; to be called if git's state names no other commit."""
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
    """The commits with a note whose message consists of these words."""
    oids = list(git_notes.listing(repo, notes.REF))
    first = words[0].encode("utf-8", "surrogateescape")
    objects = filter(is_commit, repo.objects.get_many(oids))
    commits = (parse_commit(one) for one in objects if first in one.data)
    return [one.oid for one in commits if decode(one.message).split() == words]


def _is_message(repo: Repository, head: str | None, words: list[str]) -> bool:
    """Whether a commit of another branch has a message that consists of these words."""
    without = ("--not", head) if head else ()
    flags = (f"--max-count={_MOST}", "--no-show-signature", "--format=%B%x00", "--branches", "--remotes")
    shown = decode(repo.try_run("log", *flags, *without, "--").stdout)
    return any(one.split() == words for one in shown.split("\0"))


def _one_of(repo: Repository, head: str | None, oids: Iterable[str]) -> tuple[str, ...]:
    """Of commits with one message, the first that has a staged hunk; none if the traces of these differ."""
    from gitprov.git.files import patches

    staged = {(one.path, one.body) for one in patches.staged(repo, head)}
    fitting = [
        oid
        for oid, hunks in patches.of_commits(repo, oids)
        if any((one.path, one.body) in staged for one in hunks)
    ]
    trace_sets = {frozenset(note.traces) for note in notes.read(repo, fitting).values()}
    return (fitting[0],) if len(trace_sets) == 1 else ()
