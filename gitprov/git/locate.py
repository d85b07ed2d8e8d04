"""Finds the repository and work tree a file belongs to by reading files, without starting git."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

MAIN_WORKTREE = "@"
"""Id of the main worktree; git never gives it to a linked one."""


class Location(NamedTuple):
    """Where a path lives. Directories are absolute and real; `path` is repo-relative with `/`.

    All are text, UTF-8 with surrogate escapes. `path` is `""` for the work tree itself.
    """

    worktree: str
    git_dir: str
    common_dir: str
    worktree_id: str
    path: str


def locate(path: str) -> Location | None:
    """Location of `path`, which need not exist yet, or `None` if no work tree holds it.

    Symbolic links are followed first: an edit through a link changes the link's target. Files
    inside `.git`, bare repositories and broken `.git` files give `None`. The environment
    (`GIT_DIR` …) is not looked at: it speaks of the agent's repository, not of this file's.
    OSError where the path itself cannot be resolved (too long, a loop).
    """
    if "\0" in path:
        return None
    real = os.path.realpath(path.encode("utf-8", "surrogateescape"))
    here = real
    while True:
        git_dir = _git_dir(os.path.join(here, b".git"))
        if git_dir is not None:
            return _location(real, here, git_dir)
        parent = os.path.dirname(here)
        if parent == here or os.path.basename(here) == b".git":
            return None
        here = parent


def _location(real: bytes, worktree: bytes, git_dir: bytes) -> Location | None:
    common = _common_dir(git_dir)
    if common is None or _within(real, git_dir) or _within(real, common):
        return None
    if git_dir == common and _is_bare(common):
        return None
    inside = b"" if real == worktree else os.path.relpath(real, worktree)
    if inside.split(b"/")[0] == b".git":
        return None
    linked = os.path.dirname(git_dir) == os.path.join(common, b"worktrees")
    name = _text(os.path.basename(git_dir)) if linked else MAIN_WORKTREE
    return Location(_text(worktree), _text(git_dir), _text(common), name, _text(inside))


def _git_dir(dot_git: bytes) -> bytes | None:
    """The real git directory that a `.git` directory or `gitdir:` file names, if it looks like one."""
    try:
        mode = os.stat(dot_git).st_mode
        if stat.S_ISREG(mode):
            named = _first_line(dot_git)
            if not named.startswith(b"gitdir:"):
                return None
            dot_git = os.path.join(os.path.dirname(dot_git), named[7:].strip())
        git_dir = os.path.realpath(dot_git)
        os.lstat(os.path.join(git_dir, b"HEAD"))
    except OSError:
        return None
    return git_dir


def _common_dir(git_dir: bytes) -> bytes | None:
    try:
        named = _first_line(os.path.join(git_dir, b"commondir"))
        common = os.path.realpath(os.path.join(git_dir, named))
    except OSError:
        common = git_dir
    return common if os.path.isdir(os.path.join(common, b"objects")) else None


def _is_bare(common: bytes) -> bool:
    """Whether the repository's own config says `core.bare = true`."""
    try:
        with open(os.path.join(common, b"config"), "rb") as file:
            rows = file.read(1 << 20).lower().split(b"\n")
    except OSError:
        return False
    return any(row.split(b"#")[0].replace(b" ", b"").strip() in (b"bare=true", b"bare") for row in rows)


def _first_line(path: bytes) -> bytes:
    with open(path, "rb") as file:
        return file.read(1 << 16).split(b"\n")[0].rstrip(b"\r")


def _within(path: bytes, directory: bytes) -> bool:
    return path == directory or path.startswith(directory.rstrip(b"/") + b"/")


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
