"""Errors and remedies where files of a clone's private directory belong to another user."""

from __future__ import annotations

import errno
import os

from gitprov.errors import GitprovError
from gitprov.store import files

REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
"""Error numbers of missing permissions, which are no bug of a program."""


def closed(home: str, worktree_id: str | None = None) -> str | None:
    """The first directory of a clone's private data that this process may not list or enter, None if none.

    Checks `home` itself, its inboxes (only that of `worktree_id`, if given) and the directories of each
    inbox.
    """
    inboxes = os.path.join(home, "inbox")
    for folder in (home, inboxes):
        if _shut(folder):
            return folder
    for name in files.names(inboxes) if worktree_id is None else [worktree_id]:
        inbox = os.path.join(inboxes, name)
        if _shut(inbox):
            return inbox
        rooms = files.names(inbox) if os.path.isdir(inbox) else []
        shut = next((room for room in (os.path.join(inbox, name) for name in rooms) if _shut(room)), None)
        if shut is not None:
            return shut
    return None


def _shut(path: str) -> bool:
    return os.path.isdir(path) and not os.access(path, os.R_OK | os.X_OK)


def mend(path: str) -> str:
    """The command that gives the user who runs it access to a path."""
    from gitprov.model.untrusted.printed import shell_quoted

    shown = shell_quoted(_home_above(path))
    try:
        foreign = os.lstat(path).st_uid != os.geteuid()
    except OSError:
        foreign = True
    return f'sudo chown -R "$(id -u):$(id -g)" {shown}' if foreign else f"chmod -R u+rwX {shown}"


def explained(error: OSError) -> GitprovError:
    """A permission error of the system as an error with the command that resolves it."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else None
    what = f"{error.strerror}: {path}" if path else str(error.strerror)
    hint = (
        "make it readable and writable for you" if path is None or error.errno == errno.EROFS else mend(path)
    )
    return GitprovError(what, hint)


def _home_above(path: str) -> str:
    """Gitprov's private directory that contains a path, else the path."""
    top, inside, _ = path.partition("/gitprov/inbox")
    return f"{top}/gitprov" if inside else path
