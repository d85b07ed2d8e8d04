"""The owner of an inbox: git may reuse the name of a removed worktree, which must not get the old evidence.

A linked worktree gets a random word, stored in its git directory, which is removed with it, and in its inbox.
An inbox whose word differs from its worktree's belongs to a removed worktree and is renamed to `<id>.<n>`.
"""

from __future__ import annotations

import os

from gitprov.store import files

NAME = "owner"
_LIMIT = 64


def settle(root: str) -> str:
    """The inbox directory for a linked worktree, after the inbox of a removed worktree is moved aside.

    Normally `root` itself. Costs two small reads. Never raises: where the old inbox cannot be moved, the
    result is a directory that does not exist.
    """
    if not _foreign(root):
        return root
    try:
        return _move_aside(root)
    except OSError:
        return _free_name(root)


def claim(root: str) -> None:
    """Record a settled inbox as its worktree's. OSError where that cannot be written."""
    if os.path.basename(root) == "@" or not os.path.isdir(_worktree(root)):
        return
    mark = _mark(root)
    word = files.read(mark, _LIMIT)
    if not word:
        folder = os.path.dirname(mark)
        files.make_dir(folder)
        files.create(folder, mark, os.urandom(16).hex().encode("ascii"))
        word = files.read(mark, _LIMIT) or b""
    if files.read(os.path.join(root, NAME), _LIMIT) != word:
        files.replace(os.path.join(root, "tmp"), os.path.join(root, NAME), word)


def _foreign(root: str) -> bool:
    """Whether an inbox has a word, and its existing worktree has another word or none."""
    try:
        word = files.read(os.path.join(root, NAME), _LIMIT)
        return bool(word) and word != files.read(_mark(root), _LIMIT) and os.path.isdir(_worktree(root))
    except OSError:
        return False


def _move_aside(root: str) -> str:
    """Rename an old inbox under a lock and after a second check: another process may have done so already."""
    import fcntl

    handle = os.open(os.path.dirname(root), os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _foreign(root):
            os.rename(root, _free_name(root))
    finally:
        os.close(handle)
    return root


def _free_name(root: str) -> str:
    """The first path `<root>.<n>` whose name no inbox and no worktree has."""
    n = 1
    while os.path.lexists(f"{root}.{n}") or os.path.lexists(_worktree(f"{root}.{n}")):
        n += 1
    return f"{root}.{n}"


def _worktree(root: str) -> str:
    """The git directory of the linked worktree whose inbox is at `<common>/gitprov/inbox/<id>`."""
    inboxes, name = os.path.split(root)
    return os.path.join(os.path.dirname(os.path.dirname(inboxes)), "worktrees", name)


def _mark(root: str) -> str:
    return os.path.join(_worktree(root), "gitprov", NAME)
