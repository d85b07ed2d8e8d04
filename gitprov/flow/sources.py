"""Sources: the commits whose lines the coming commit may hold, as git itself names them.

What is said nowhere is not guessed here; `heal` looks further.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gitprov.git import changes as diffs
from gitprov.git.objects import parse_commit
from gitprov.git.process import decode
from gitprov.git.reflog import steps
from gitprov.model.lines import is_trivial, split_lines
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.flow.desk import Situation
    from gitprov.git.changes import FileChange
    from gitprov.git.repo import Repository

_SQUASHED = re.compile(rb"^commit ([0-9a-f]{40,64})$", re.MULTILINE)
_REVERTS = re.compile(rb"^This reverts commit ([0-9a-f]{40,64})", re.MULTILINE)
#: Moves of HEAD after which a reset is no longer looked for.
_REACH = 60
#: Files that are asked about at the most.
_MANY = 1000
#: Lines that say something, in one hunk that was there before the reset and is there now: nobody types that again.
_ENOUGH = 2


def named(repo: Repository) -> tuple[str, ...]:
    """Commits that git's state files name, the most telling last: picked, reverted, squashed, stopped at."""
    picked = _read(repo, "CHERRY_PICK_HEAD")
    if rebasing(repo):
        stopped = _read(repo, "rebase-merge", "stopped-sha")
        return tuple(filter(None, [repo.resolve(stopped) if stopped else picked]))
    reverted = _read(repo, "REVERT_HEAD") or _reverted(repo)
    found = repo.objects.get(reverted) if reverted else None
    # A revert brings back what the reverted commit took away: it stands in that commit's parents.
    restored = parse_commit(found).parents if found is not None and found.type == "commit" else ()
    squashed = _SQUASHED.findall(files.read(os.path.join(repo.git_dir, "SQUASH_MSG")) or b"")
    return (*map(decode, reversed(squashed)), *reversed(restored), *([picked] if picked else ()))


def unnamed(repo: Repository) -> bool:
    """Whether git has brought in a change of another commit and says only with which message: `cherry-pick -n`."""
    there = [os.path.exists(os.path.join(repo.git_dir, name)) for name in ("MERGE_MSG", "MERGE_HEAD")]
    return there == [True, False] and not named(repo)


def _reverted(repo: Repository) -> str:
    """What `git revert` is undoing: it leaves REVERT_HEAD only where it stops, but always writes the message."""
    if os.path.exists(os.path.join(repo.git_dir, "MERGE_HEAD")):
        return ""
    said = _REVERTS.findall(files.read(os.path.join(repo.git_dir, "MERGE_MSG")) or b"")
    return decode(said[-1]) if said else ""


def rebasing(repo: Repository) -> bool:
    """Whether a rebase is under way in this worktree (`git am` alone is none)."""
    return os.path.isdir(os.path.join(repo.git_dir, "rebase-merge")) or os.path.exists(
        os.path.join(repo.git_dir, "rebase-apply", "rebasing")
    )


def left_by_reset(repo: Repository, situation: Situation) -> str | None:
    """The commit from which `git reset --soft` or `--mixed` moved HEAD away, where its lines were kept.

    After `reset --hard` whoever writes the same again wrote it; git does not note which reset it was. So one is
    believed to have kept the files where that shows: a file that the reset left alone, or a whole hunk that is the same.
    """
    orig = _read(repo, "ORIG_HEAD")
    if not orig or repo.worktree is None or _is_settled(repo, orig):
        return None
    old, target = _reset(repo, orig)
    if old is None or target is None or old == situation.head:
        return None
    found = {
        oid: parse_commit(obj).tree for oid in (old, target) if (obj := repo.objects.get(oid)) is not None
    }
    if len(found) < 2 or _reaches(repo, old):
        return None
    if _read(repo, "gitprov", "kept") == old:
        return old  # a commit since then has shown it
    before = diffs.between(repo, found[target], found[old])
    return old if _left_alone(repo, target, before) or _same_hunk(repo, before, situation.changes) else None


def settle(repo: Repository, proven: bool, hidden: bool) -> None:
    """Remember that the last reset has nothing more to give: hooks in sh then need not ask.

    `proven`: it was seen to have kept the files, so what is still uncommitted may be from before it. `hidden`: a
    framework may have put uncommitted changes aside just now.
    """
    orig = _read(repo, "ORIG_HEAD")
    if not orig or _is_settled(repo, orig):
        return
    home = os.path.join(repo.git_dir, "gitprov")
    files.make_dir(home)
    done = "settled"
    if proven and (hidden or _has_more(repo, orig)):
        done = "kept"
    files.replace(home, os.path.join(home, done), (orig + "\n").encode("ascii"), durable=False)


def _has_more(repo: Repository, orig: str) -> bool:
    """Whether a file that the reset was about has changes that no commit holds, new files included."""
    old, target = _reset(repo, orig)
    if old is None or target is None:
        return False
    paths = sorted({change.path for change in diffs.between(repo, target, old)})[:_MANY]
    asked = ("--literal-pathspecs", "status", "--porcelain", "--untracked-files=all", "--", *paths)
    return bool(paths) and bool(repo.run(*asked))


def _is_settled(repo: Repository, oid: str) -> bool:
    place = os.path.join(repo.git_dir, "gitprov", "settled")
    if (files.read(place) or b"").strip() != oid.encode("ascii"):
        return False
    try:
        return os.stat(place).st_mtime_ns >= os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime_ns
    except OSError:
        return True


def _reset(repo: Repository, orig: str) -> tuple[str | None, str | None]:
    """Where the last reset came from and where it went, if it was that which set ORIG_HEAD."""
    for step in reversed(steps(repo, _REACH)):
        if step.old == orig and step.why.startswith("reset: "):
            return orig, step.new
    return None, None


def _reaches(repo: Repository, oid: str) -> bool:
    """Whether HEAD has this commit behind it: then it has lost nothing."""
    return repo.try_run("merge-base", "--is-ancestor", oid, "HEAD").returncode == 0


def _left_alone(repo: Repository, target: str, before: list[FileChange]) -> bool:
    """Whether a file that a hard reset would have rewritten is as it was before the reset, and older than it."""
    try:
        moment = os.stat(os.path.join(repo.git_dir, "ORIG_HEAD")).st_mtime_ns
    except OSError:
        return False
    older = [change for change in before if change.has_text and _written(repo, change.path) < moment]
    if any(change.status == "A" for change in older):
        return True  # the target has no such file: a hard reset would have removed it
    paths = [change.path for change in older]
    asked = ("--literal-pathspecs", "diff-index", "--quiet", target, "--", *paths)
    return bool(paths) and repo.try_run(*asked).returncode == 1


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


def _read(repo: Repository, *place: str) -> str:
    return decode(files.read(os.path.join(repo.git_dir, *place)) or b"").strip()
