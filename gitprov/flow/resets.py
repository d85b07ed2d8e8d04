"""Resets: what `git reset --soft` or `--mixed` took out of the history and left in the files is somebody's still.

No hook runs at a reset, and git does not note which kind it was. After `--hard` whoever writes the same again wrote it.
So a reset is believed to have kept the files where that shows.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitFailed
from gitprov.flow.sources import state
from gitprov.flow.view import on_disk
from gitprov.git import changes as diffs
from gitprov.git.objects import parse_commit
from gitprov.git.reflog import steps
from gitprov.model.lines import is_trivial, split_lines
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.flow.desk import Situation
    from gitprov.git.changes import FileChange
    from gitprov.git.repo import Repository

#: Moves of HEAD after which a reset is no longer looked for.
_REACH = 60
#: Files that are asked about at the most.
_MANY = 1000
#: Lines that say something, in one hunk that was there before the reset and is there now: nobody types that again.
_ENOUGH = 2


class Reset(NamedTuple):
    """A reset that moved HEAD from one commit to another. `timed`: ORIG_HEAD is as old as it."""

    old: str
    target: str
    timed: bool


def left_by_reset(repo: Repository, situation: Situation) -> str | None:
    """The commit that the last reset left, where it is seen to have kept its lines in the files.

    Either a file is as the reset left it, and a hard one would have rewritten it; or a whole hunk is the same again; or
    a commit since then has shown it.
    """
    if repo.worktree is None or not state(repo, "ORIG_HEAD") or is_settled(repo):
        return None
    last = _last(repo)
    if last is None or last.old == situation.head or _is_over(repo, last):
        return None
    if state(repo, "gitprov", "kept") == last.old:
        return last.old
    try:
        before = _before(repo, last)
        shown = _left_alone(repo, last, before) or _same_hunk(repo, before, situation.changes)
    except GitFailed:
        return None  # its objects are not all here any more: then nothing shows
    return last.old if shown else None


def settle(repo: Repository, proven: bool, hidden: bool) -> None:
    """Remember that the last reset has nothing more to give: hooks in sh then need not ask.

    `proven`: it was seen to have kept the files, so what is still uncommitted may be from before it. `hidden`: a
    framework may have put uncommitted changes aside just now.
    """
    orig = state(repo, "ORIG_HEAD")
    if not orig:
        return
    if is_settled(repo):
        _touch(repo)
        return
    home = os.path.join(repo.git_dir, "gitprov")
    files.make_dir(home)
    last = _last(repo)
    if last is not None and proven and (hidden or _has_more(repo, last)):
        name, text = "kept", last.old
    else:
        name, text = "settled", f"{orig}\n{last.old if last is not None else ''}"
    files.replace(home, os.path.join(home, name), (text + "\n").encode("ascii"), durable=False)


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
    """The last reset that moved HEAD, if nothing but commits and resets to HEAD itself came after it."""
    for step in reversed(steps(repo, _REACH)):
        action = step.why.partition(":")[0]
        if action == "reset" and step.old != step.new:
            return Reset(step.old, step.new, step.old == state(repo, "ORIG_HEAD"))
        if action != "reset" and not action.startswith("commit"):
            return None
    return None


def _is_over(repo: Repository, last: Reset) -> bool:
    """Whether HEAD has the old commit behind it, so that nothing was lost, or this reset was settled before."""
    if state(repo, "gitprov", "settled").partition("\n")[2] == last.old:
        return True
    return repo.try_run("merge-base", "--is-ancestor", last.old, "HEAD").returncode == 0


def _before(repo: Repository, last: Reset) -> list[FileChange]:
    """What the reset took away."""
    pair = (repo.objects.get(last.target), repo.objects.get(last.old))
    trees = [parse_commit(one).tree for one in pair if one is not None and one.type == "commit"]
    return diffs.between(repo, *trees) if len(trees) == 2 else []


def _has_more(repo: Repository, last: Reset) -> bool:
    """Whether a file that the reset was about has changes that no commit holds, new files included."""
    paths = sorted({change.path for change in _before(repo, last)})[:_MANY]
    asked = ("--literal-pathspecs", "status", "--porcelain", "--untracked-files=all", "--", *paths)
    return bool(paths) and bool(repo.run(*asked))


def _left_alone(repo: Repository, last: Reset, before: list[FileChange]) -> bool:
    """Whether a file that a hard reset would have rewritten is older than the reset and as it was before.

    Where ORIG_HEAD tells of another reset since then, something may have been typed between the two.
    """
    if not last.timed:
        return False
    try:
        moment = os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime_ns
    except OSError:
        return False
    return any(
        _written(repo, change.path) < moment and _same_text(repo, change)
        for change in before[:_MANY]
        if change.has_text
    )


def _same_text(repo: Repository, change: FileChange) -> bool:
    """Whether the work tree has the file as it was before the reset, whatever its line endings are."""
    there, old = on_disk(repo, change.path), repo.objects.blob(change.new_oid)
    return there == old or there.replace(b"\r\n", b"\n") == old.replace(b"\r\n", b"\n")


def _written(repo: Repository, path: str) -> int:
    try:
        place = os.path.join(repo.worktree or "", path).encode("utf-8", "surrogateescape")
        return os.lstat(place).st_mtime_ns
    except OSError:
        return 1 << 62


def _same_hunk(repo: Repository, before: list[FileChange], now: list[FileChange]) -> bool:
    """Whether some hunk that the reset took out of the history is in the commit again, line by line."""
    known = {change.path: change for change in before if change.has_text}
    for change in now:
        if change.path in known and change.has_text:
            there, here = (_hunks(repo, one) for one in (known[change.path], change))
            if any(sum(not is_trivial(line) for line in hunk) >= _ENOUGH for hunk in there & here):
                return True
    return False


def _hunks(repo: Repository, change: FileChange) -> set[tuple[bytes, ...]]:
    lines = split_lines(repo.objects.blob(change.new_oid))
    return {tuple(lines[hunk.new_start : hunk.new_end]) for hunk in change.hunks if hunk.new_count}
