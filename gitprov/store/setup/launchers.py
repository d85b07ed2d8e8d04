"""Commands in a person's home that start gitprov without an activated environment: one text under three names."""

from __future__ import annotations

import os

from gitprov.store.setup import hook_dir

PLACE = (".local", "share", "gitprov", "bin")
"""Below the home directory, whatever XDG_DATA_HOME says: agents' settings name it, and those travel between machines."""

NAMES = ("gitprov", "git-ai-blame", "git-ai-log")


def directory(home: str) -> str:
    """Where the commands are."""
    return os.path.join(home, *PLACE)


def stale(home: str, data: bytes) -> list[str]:
    """Paths of the commands that are not `data`, or cannot be executed."""
    paths = [os.path.join(directory(home), name) for name in NAMES]
    return [path for path in paths if not hook_dir.is_current(path, data)]


def write(home: str, data: bytes) -> None:
    """Make every command `data`. OSError where it cannot be written."""
    os.makedirs(directory(home), exist_ok=True)
    for path in stale(home, data):
        hook_dir.put(path, data)


def is_there(home: str) -> bool:
    """Whether there is anything of ours."""
    return any(os.path.lexists(os.path.join(directory(home), name)) for name in NAMES)


def remove(home: str) -> None:
    """Take the commands away, and the directories that this leaves empty. OSError where that cannot be."""
    for name in NAMES:
        try:
            os.unlink(os.path.join(directory(home), name))
        except FileNotFoundError:
            continue
    for place in (directory(home), os.path.dirname(directory(home))):
        try:
            os.rmdir(place)
        except OSError:
            return
