"""Whose an inbox is: git gives the name of a removed worktree to the next one, and evidence must not go with it.

A linked worktree gets a random word, kept in its own git directory, where it dies with the worktree, and in its inbox.
An inbox with another word than its worktree's belongs to a worktree that is gone: it moves aside, to `<id>.<n>`.
"""

from __future__ import annotations

import os

from gitprov.store import files

NAME = "owner"
_LIMIT = 64


def settle(root: str) -> str:
    """The directory that the worktree of the inbox at `root` may use, once what another one left is out of the way.

    A living worktree's own is `root`. Costs two small reads, and none for the main worktree. Never raises: where
    nothing can be moved, the answer is a directory that is not there.
    """
    if os.path.basename(root) == "@" or not _foreign(root):
        return root
    try:
        return _move_aside(root)
    except OSError:
        return _free_name(root)


def claim(root: str) -> None:
    """Let a settled inbox be its worktree's from now on. OSError where that cannot be written."""
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
    """Whether an inbox has a word and its worktree, which exists, another or none."""
    try:
        word = files.read(os.path.join(root, NAME), _LIMIT)
        return bool(word) and word != files.read(_mark(root), _LIMIT) and os.path.isdir(_worktree(root))
    except OSError:
        return False


def _move_aside(root: str) -> str:
    """Only one process may move, and only after another look: the first one's new inbox is nobody else's."""
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
    """`<id>.<n>`, which neither an inbox nor a worktree has."""
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
