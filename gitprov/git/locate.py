"""Finds the repository and work tree of a file by reading git's files, without starting git."""

import os
import stat
from collections.abc import Mapping

from gitprov.model.named import NamedTuple

#: Id of the main work tree; git never gives a linked one this name.
MAIN_WORKTREE = "@"


class Location(NamedTuple):
    """The repository and work tree of a path. Directories are absolute and real; `path` is relative to the
    work tree, with `/`, and `""` for the work tree itself. All are text, UTF-8 with surrogate escapes.
    """

    worktree: str
    git_dir: str
    common_dir: str
    worktree_id: str
    path: str


def locate(path: str) -> Location | None:
    """Location of `path`, which need not exist yet, or `None` if no work tree contains it.

    Symbolic links are followed first: an edit through a link changes the link's target. Files inside `.git`,
    bare repositories and broken `.git` files give `None`. The environment (GIT_DIR and others) is ignored: it
    names the agent's repository, not this file's; for files without a `.git` above them see `elsewhere`.
    OSError where the path itself cannot be resolved (too long, a loop).
    """
    if "\0" in path:
        return None
    real = os.path.realpath(_bytes(path))
    directory = real
    while True:
        git_dir = _git_dir(os.path.join(directory, b".git"))
        if git_dir is not None:
            return _location(real, directory, git_dir)
        parent = os.path.dirname(directory)
        if parent == directory or os.path.basename(directory) == b".git":
            return None
        directory = parent


def elsewhere(path: str, cwd: str, env: Mapping[str, str]) -> Location | None:
    """Location of a `path` in a work tree that contains no `.git`, or `None`.

    Such a work tree is named by GIT_WORK_TREE beside GIT_DIR, or by `core.worktree` of the repository that
    GIT_DIR names or that `cwd` is in. If `path` is `cwd`, the result is the work tree that git would use.
    """
    if "\0" in path:
        return None
    real = os.path.realpath(_bytes(path))
    start = os.path.realpath(_bytes(cwd))
    named = env.get("GIT_DIR")
    git_dir = _git_dir(os.path.join(start, _bytes(named))) if named else _above(start)
    if git_dir is None:
        return None
    tree = env.get("GIT_WORK_TREE") if named else None
    common = _common_dir(git_dir)
    settings = _Core(common) if common is not None and common == git_dir else None
    tree_path = _bytes(tree) if tree else settings.worktree if settings is not None else None
    if tree_path is None or common is None:
        return None
    worktree = os.path.realpath(os.path.join(start if tree else git_dir, tree_path))
    if real == start:
        real = real if _within(real, worktree) else worktree
    return _within_tree(real, worktree, git_dir, common) if _within(real, worktree) else None


def _above(start: bytes) -> bytes | None:
    """The git directory of the first directory at or above `start` that has one."""
    directory = start
    while True:
        git_dir = _git_dir(os.path.join(directory, b".git"))
        if git_dir is not None or directory == os.path.dirname(directory):
            return git_dir
        directory = os.path.dirname(directory)


def _location(real: bytes, worktree: bytes, git_dir: bytes) -> Location | None:
    common = _common_dir(git_dir)
    if common is None:
        return None
    if git_dir == common:
        settings = _Core(common)
        if settings.bare:
            return None
        if settings.worktree is not None:
            worktree = os.path.realpath(os.path.join(git_dir, settings.worktree))
            if not _within(real, worktree):
                return None
    return _within_tree(real, worktree, git_dir, common)


def _within_tree(real: bytes, worktree: bytes, git_dir: bytes, common: bytes) -> Location | None:
    if _within(real, git_dir) or _within(real, common):
        return None
    inside = b"" if real == worktree else os.path.relpath(real, worktree)
    if inside.split(b"/")[0] == b".git":
        return None
    linked = os.path.dirname(git_dir) == os.path.join(common, b"worktrees")
    name = _text(os.path.basename(git_dir)) if linked else MAIN_WORKTREE
    return Location(_text(worktree), _text(git_dir), _text(common), name, _text(inside))


def _git_dir(dot_git: bytes) -> bytes | None:
    """The real path of a `.git` directory or of the target of a `gitdir:` file; None if it has no HEAD."""
    try:
        mode = os.stat(dot_git).st_mode
        if stat.S_ISREG(mode):
            named = _named_in(dot_git)
            if not named.startswith(b"gitdir: "):
                return None
            dot_git = os.path.join(os.path.dirname(dot_git), named[8:])
        git_dir = os.path.realpath(dot_git)
        os.lstat(os.path.join(git_dir, b"HEAD"))
    except OSError:
        return None
    return git_dir


def _common_dir(git_dir: bytes) -> bytes | None:
    try:
        named = _named_in(os.path.join(git_dir, b"commondir"))
        common = os.path.realpath(os.path.join(git_dir, named))
    except OSError:
        common = git_dir
    return common if os.path.isdir(os.path.join(common, b"objects")) else None


class _Core:
    """The settings of a work tree in a repository's config: `core.bare`, and `core.worktree` if set."""

    __slots__ = ("bare", "worktree")

    def __init__(self, common: bytes) -> None:
        self.bare = False
        self.worktree: bytes | None = None
        try:
            with open(os.path.join(common, b"config"), "rb") as file:
                text = file.read(1 << 20)
        except OSError:
            return
        if b"bare" in text.lower():
            rows = (row.split(b"#")[0].replace(b" ", b"").strip() for row in text.lower().split(b"\n"))
            self.bare = any(row in (b"bare=true", b"bare") for row in rows)
        if b"worktree" in text.lower():
            self.worktree = _core_worktree(text)


def _core_worktree(text: bytes) -> bytes | None:
    """The value of `core.worktree` in the text of a config file; the last one wins."""
    section, worktree = b"", None
    for row in text.split(b"\n"):
        line = row.strip()
        if line.startswith(b"["):
            section = line.partition(b"]")[0][1:].strip().lower()
        key, equals, value = line.partition(b"=")
        if section == b"core" and equals and key.strip().lower() == b"worktree":
            worktree = _unquoted(value.strip())
    return worktree


def _unquoted(value: bytes) -> bytes:
    """A config value as git reads it: without quotes and comments, with escapes resolved."""
    out, at, quoted = bytearray(), 0, False
    while at < len(value):
        byte = value[at : at + 1]
        if byte == b"\\":
            at += 1
            out += {b"n": b"\n", b"t": b"\t"}.get(value[at : at + 1], value[at : at + 1])
        elif byte == b'"':
            quoted = not quoted
        elif byte in (b"#", b";") and not quoted:
            return bytes(out).rstrip()
        else:
            out += byte
        at += 1
    return bytes(out)


def _named_in(path: bytes) -> bytes:
    """The path in a file such as `.git` or `commondir`, without line endings at its end."""
    with open(path, "rb") as file:
        return file.read(1 << 16).rstrip(b"\r\n")


def _within(path: bytes, directory: bytes) -> bool:
    return path == directory or path.startswith(directory.rstrip(b"/") + b"/")


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
