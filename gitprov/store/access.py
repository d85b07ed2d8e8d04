"""What to do where files of a clone's private directory belong to another user."""

from __future__ import annotations

import errno
import os
import shlex
import stat

from gitprov.errors import GitprovError

REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
"""What a machine says to somebody who may not do that; no bug of a program."""


def closed(home: str) -> str | None:
    """The first directory of a clone's private directory that this process may not list or enter; None if there is none.

    A symbolic link is never followed.
    """
    try:
        if not stat.S_ISDIR(os.lstat(home).st_mode):
            return None
        if not os.access(home, os.R_OK | os.X_OK):
            return home
        names = [os.path.join(home, name) for name in sorted(os.listdir(home)) if name in _PRIVATE]
    except OSError:
        return None
    for top in names:
        for folder, folders, _ in os.walk(top):
            if not os.access(folder, os.R_OK | os.X_OK):
                return folder
            for name in folders:
                path = os.path.join(folder, name)
                if not os.path.islink(path) and not os.access(path, os.R_OK | os.X_OK):
                    return path
    return None


_PRIVATE = ("inbox",)


def mend(path: str) -> str:
    """The command that gives a path back to whoever runs it."""
    shown = shlex.quote(_home_above(path))
    try:
        foreign = os.lstat(path).st_uid != os.geteuid()
    except OSError:
        foreign = True
    return f'sudo chown -R "$(id -u):$(id -g)" {shown}' if foreign else f"chmod -R u+rwX {shown}"


def explained(error: OSError) -> GitprovError:
    """A refusal of the machine as an error with the command that lifts it."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else None
    what = f"{error.strerror}: {path}" if path else str(error.strerror)
    hint = (
        "make it readable and writable for you" if path is None or error.errno == errno.EROFS else mend(path)
    )
    return GitprovError(what, hint)


def _home_above(path: str) -> str:
    """Gitprov's private directory that a path is in, else the path."""
    top, inside, _ = path.partition("/gitprov/inbox")
    return f"{top}/gitprov" if inside else path
