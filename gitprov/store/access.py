"""Who owns what this process may not touch, and the command that mends it.

An agent that runs as root in a container leaves evidence that the person outside of it cannot read.
"""

from __future__ import annotations

import os

from gitprov.model.printed import shell_quoted


def explain(error: PermissionError) -> tuple[str, str]:
    """What was not permitted, in one line, and a command that mends it."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
    if not path:
        return f"not permitted: {error.strerror}", "ask the owner of this repository for access"
    top = foreign(path)
    if top is None:
        return f"not permitted: {error.strerror}: {path}", f"see who may use it: ls -ld {shell_quoted(path)}"
    return (
        f"not permitted: {top} belongs to {_name(_owner(top))}, and this is {_name(os.geteuid())}",
        f'make it yours: sudo chown -R "$(id -u):$(id -g)" {shell_quoted(top)}',
    )


def foreign(path: str) -> str | None:
    """The highest directory (or the file itself) on the way to `path` that somebody else owns, below one of our own."""
    mine, last = os.geteuid(), None
    while True:
        owner = _owner(path)
        if owner == mine:
            return last
        if owner is not None:
            last = path
        parent = os.path.dirname(path)
        if parent == path:
            return last
        path = parent


def _owner(path: str) -> int | None:
    """The numeric owner, None where the path is not there or cannot be looked at."""
    try:
        return os.lstat(path).st_uid
    except OSError:
        return None


def _name(user: int | None) -> str:
    import pwd

    try:
        return pwd.getpwuid(user or 0).pw_name
    except KeyError:
        return f"user {user}"
