"""Resets: lines that `git reset --soft` or `--mixed` removed from history but not from files keep claims.

No hook runs at a reset, and git does not record its kind. After `--hard`, whoever writes the same lines again
is their author. A reset therefore counts as having kept a file only if there is evidence for that.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from gitprov.errors import GitFailed
from gitprov.flow.git_state import ResetSource, rebasing, state
from gitprov.git.files import diff as diffs
from gitprov.model.lines import is_trivial, same_text, split_lines
from gitprov.model.named import NamedTuple
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.flow.change import CommitChange
    from gitprov.flow.work_tree import View
    from gitprov.git.files.diff import FileChange
    from gitprov.git.repo import Repository

#: A reset is searched for among this many latest moves of HEAD.
_REACH = 60
#: The most files of a reset to check.
_MANY = 1000
#: A hunk with this many nontrivial lines is evidence if it exists both before the reset and now: nobody
#: types it again.
_ENOUGH = 2


#: Moves of HEAD that leave uncommitted work where it is.
_GOES_ON = ("commit", "checkout", "cherry-pick", "revert")


class Reset(NamedTuple):
    """A reset that moved HEAD from `old` to `target`. `timed`: it wrote ORIG_HEAD, whose time is its own."""

    old: str
    target: str
    timed: bool


def reset_source(repo: Repository, commit_change: CommitChange, view: View) -> ResetSource | None:
    """The commit of HEAD before the last reset, and the files that are known to have kept its lines; None if
    there are none.

    `view` returns the work tree's contents, also those that a framework has hidden.
    """
    if repo.worktree is None or not state(repo, "ORIG_HEAD") or is_settled(repo):
        return None
    last = _last(repo)
    if last is None or last.old == commit_change.head or _is_over(repo, last):
        return None
    now = {change.path: change for change in commit_change.changes if change.has_text}
    try:
        before = [one for one in _before(repo, last) if one.path in now and one.has_text][:_MANY]
        shown = [one.path for one in before if _is_shown(repo, last, one, now[one.path], view)]
    except GitFailed:
        return None  # some of its objects no longer exist, so there is no evidence
    return ResetSource(last.old, frozenset(shown)) if shown else None


def settle(repo: Repository, view: View) -> None:
    """Record, once it is so, that the last reset has no more lines to claim: hooks in sh then skip it."""
    orig = state(repo, "ORIG_HEAD")
    if not orig or rebasing(repo):
        return  # a rebase sets ORIG_HEAD too, and a later reset to the same value does not rewrite the file
    if is_settled(repo):
        _touch(repo)
        return
    last = _last(repo)
    if last is not None and not _is_over(repo, last) and _has_more(repo, last, view):
        return
    home = os.path.join(repo.git_dir, "gitprov")
    files.make_dir(home)
    text = f"{orig}\n{last.old if last is not None else ''}\n"
    files.replace(home, os.path.join(home, "settled"), text.encode("ascii"), durable=False)


def _touch(repo: Repository) -> None:
    """Make the `settled` file newer than ORIG_HEAD in whole seconds too, which is the shell's resolution."""
    place = os.path.join(repo.git_dir, "gitprov", "settled")
    with contextlib.suppress(OSError):
        if int(os.stat(place).st_mtime) <= int(os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime):
            os.utime(place)


def is_settled(repo: Repository) -> bool:
    """Whether ORIG_HEAD is as recorded in the `settled` file, and not newer. Hooks in sh check the same."""
    place = os.path.join(repo.git_dir, "gitprov", "settled")
    if state(repo, "gitprov", "settled").partition("\n")[0] != state(repo, "ORIG_HEAD"):
        return False
    try:
        return os.stat(place).st_mtime_ns >= os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime_ns
    except OSError:
        return True


def _last(repo: Repository) -> Reset | None:
    """The last reset that moved HEAD, if only moves that keep uncommitted work (`_GOES_ON`) followed it."""
    from gitprov.git.history.reflog import steps

    for step in reversed(steps(repo, _REACH)):
        action = step.why.partition(":")[0]
        if action == "reset" and step.old != step.new:
            return Reset(step.old, step.new, step.old == state(repo, "ORIG_HEAD"))
        if step.old != step.new and not action.startswith(_GOES_ON):
            return None
    return None


def _is_over(repo: Repository, last: Reset) -> bool:
    """Whether HEAD descends from the reset's old commit, so that no line is lost, or the reset is settled."""
    if not last.timed and state(repo, "gitprov", "settled").partition("\n")[2] == last.old:
        return True
    return repo.try_run("merge-base", "--is-ancestor", last.old, "HEAD").returncode == 0


def _before(repo: Repository, last: Reset) -> list[FileChange]:
    """The changes from the reset's target to its old commit, which the reset removed from history."""
    target, old = repo.objects.commit(last.target), repo.objects.commit(last.old)
    return [] if target is None or old is None else diffs.between(repo, target.tree, old.tree)


def _has_more(repo: Repository, last: Reset, view: View) -> bool:
    """Whether a file has, or may have, lines that the reset removed and that HEAD lacks."""
    return any(_waits(repo, change, view) for change in _before(repo, last)[:_MANY] if change.has_text)


def _waits(repo: Repository, change: FileChange, view: View) -> bool:
    content = view(change.path)
    if content is None:
        return True
    if same_text(content, repo.objects.content(f"HEAD:{change.path}") or b""):
        return False
    hunks = [hunk for hunk in _hunks(repo, change) if _telling(hunk) >= _ENOUGH]
    return same_text(content, repo.objects.blob(change.new_oid)) or any(
        b"".join(hunk) in content for hunk in hunks
    )


def _is_shown(repo: Repository, last: Reset, before: FileChange, now: FileChange, view: View) -> bool:
    """Whether there is evidence that one file kept the lines that the reset removed from history.

    An unchanged file that is older than the reset was not rewritten, as by a hard reset. A file that is not
    older, or with another reset since, needs `_ENOUGH` nontrivial lines that nobody types again: in all, if
    it is unchanged, else in one hunk that is there as a whole.
    """
    old = repo.objects.blob(before.new_oid)
    if same_text(view(before.path), old) and (_is_older(repo, last, before.path) or _tells(repo, before)):
        return True
    new_hunks = [b"".join(hunk) for hunk in _hunks(repo, now)]
    old_hunks = (b"".join(hunk) for hunk in _hunks(repo, before) if _telling(hunk) >= _ENOUGH)
    return any(lines in hunk for lines in old_hunks for hunk in new_hunks)


def _is_older(repo: Repository, last: Reset, path: str) -> bool:
    try:
        moment = os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime_ns
        return last.timed and os.lstat(repo.place(path)).st_mtime_ns < moment
    except OSError:
        return False


def _tells(repo: Repository, change: FileChange) -> bool:
    return sum(_telling(hunk) for hunk in _hunks(repo, change)) >= _ENOUGH


def _telling(hunk: tuple[bytes, ...]) -> int:
    return sum(not is_trivial(line) for line in hunk)


def _hunks(repo: Repository, change: FileChange) -> set[tuple[bytes, ...]]:
    lines = split_lines(repo.objects.blob(change.new_oid))
    return {tuple(lines[hunk.new_start : hunk.new_end]) for hunk in change.hunks if hunk.new_count}
