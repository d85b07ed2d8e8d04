"""Resets: what `git reset --soft` or `--mixed` took out of the history and left in the files is somebody's
still.

No hook runs at a reset, and git does not note which kind it was. After `--hard` whoever writes the same again
wrote it. So a reset is believed to have kept a file where that shows.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitFailed
from gitprov.flow.git_state import ResetSource, rebasing, state
from gitprov.git.files import diff as diffs
from gitprov.git.history.reflog import steps
from gitprov.git.objects import is_commit, parse_commit
from gitprov.model.lines import is_trivial, same_text, split_lines
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.flow.change import CommitChange
    from gitprov.flow.work_tree import View
    from gitprov.git.files.diff import FileChange
    from gitprov.git.repo import Repository

#: Moves of HEAD after which a reset is no longer looked for.
_REACH = 60
#: Files that are asked about at the most.
_MANY = 1000
#: Lines that say something, in one hunk that was there before the reset and is there now: nobody types that
#: again.
_ENOUGH = 2


#: Moves of HEAD that leave uncommitted work where it is.
_GOES_ON = ("commit", "checkout", "cherry-pick", "revert")


class Reset(NamedTuple):
    """A reset that moved HEAD from one commit to another. `timed`: ORIG_HEAD is as old as it."""

    old: str
    target: str
    timed: bool


def left_by_reset(repo: Repository, commit_change: CommitChange, view: View) -> ResetSource | None:
    """The commit that the last reset left, and the files in which it is seen to have kept its lines; None
    where in none.

    `view` shows the work tree, whatever a framework has hidden of it.
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
        return None  # its objects are not all here any more: then nothing shows
    return ResetSource(last.old, frozenset(shown)) if shown else None


def settle(repo: Repository, view: View) -> None:
    """Remember, once it is so, that the last reset has nothing more to give: hooks in sh then need not
    ask.
    """
    orig = state(repo, "ORIG_HEAD")
    if not orig or rebasing(repo):
        return  # a rebase sets ORIG_HEAD too, and git leaves the file alone where a later reset sets the same
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
    """Let the note be newer than ORIG_HEAD by the shell's measure as well, which is whole seconds."""
    place = os.path.join(repo.git_dir, "gitprov", "settled")
    with contextlib.suppress(OSError):
        if int(os.stat(place).st_mtime) <= int(os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime):
            os.utime(place)


def is_settled(repo: Repository) -> bool:
    """Whether ORIG_HEAD is the one that was looked at last. Hooks in sh ask the same."""
    place = os.path.join(repo.git_dir, "gitprov", "settled")
    if state(repo, "gitprov", "settled").partition("\n")[0] != state(repo, "ORIG_HEAD"):
        return False
    try:
        return os.stat(place).st_mtime_ns >= os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime_ns
    except OSError:
        return True


def _last(repo: Repository) -> Reset | None:
    """The last reset that moved HEAD, behind commits, picks and switches: these take what is not committed
    along.
    """
    for step in reversed(steps(repo, _REACH)):
        action = step.why.partition(":")[0]
        if action == "reset" and step.old != step.new:
            return Reset(step.old, step.new, step.old == state(repo, "ORIG_HEAD"))
        if step.old != step.new and not action.startswith(_GOES_ON):
            return None
    return None


def _is_over(repo: Repository, last: Reset) -> bool:
    """Whether HEAD has the old commit behind it, so that nothing was lost, or this reset was settled
    before.
    """
    if not last.timed and state(repo, "gitprov", "settled").partition("\n")[2] == last.old:
        return True
    return repo.try_run("merge-base", "--is-ancestor", last.old, "HEAD").returncode == 0


def _before(repo: Repository, last: Reset) -> list[FileChange]:
    """What the reset took away."""
    pair = (repo.objects.get(last.target), repo.objects.get(last.old))
    trees = [parse_commit(one).tree for one in pair if is_commit(one)]
    return diffs.between(repo, *trees) if len(trees) == 2 else []


def _has_more(repo: Repository, last: Reset, view: View) -> bool:
    """Whether a file has lines that the reset took away and that no commit holds, as far as can be seen."""
    return any(_waits(repo, change, view) for change in _before(repo, last)[:_MANY] if change.has_text)


def _waits(repo: Repository, change: FileChange, view: View) -> bool:
    content = view(change.path)
    if content is None:
        return True
    committed = repo.objects.get(f"HEAD:{change.path}") if "\n" not in change.path else None
    if same_text(content, committed.data if committed is not None else b""):
        return False
    hunks = [hunk for hunk in _hunks(repo, change) if _telling(hunk) >= _ENOUGH]
    return same_text(content, repo.objects.blob(change.new_oid)) or any(
        b"".join(hunk) in content for hunk in hunks
    )


def _is_shown(repo: Repository, last: Reset, before: FileChange, now: FileChange, view: View) -> bool:
    """Whether one file kept through the reset what this had taken away.

    A file that is as it was, and older than the reset, was not written since: a hard reset would have. Where
    it is not older, or another reset came in between, it takes lines that nobody types again: a whole hunk of
    them, together.
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
