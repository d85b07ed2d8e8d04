"""Commands in the user's home that start gitprov without an activated environment: one text, three names."""

from __future__ import annotations

import os

from gitprov.store import files
from gitprov.store.setup import hook_dir

PLACE = (".local", "share", "gitprov", "bin")
"""Path below the home directory, independent of XDG_DATA_HOME: agents' settings contain it and are shared."""

NAMES = ("gitprov", "git-ai-blame", "git-ai-log")


def directory(home: str) -> str:
    """The directory of the commands."""
    return os.path.join(home, *PLACE)


def stale(home: str, data: bytes) -> list[str]:
    """Paths of the commands that do not contain exactly `data` or are not executable."""
    paths = [os.path.join(directory(home), name) for name in NAMES]
    return [path for path in paths if not hook_dir.is_current(path, data)]


def write(home: str, data: bytes) -> None:
    """Write `data` to every command that is stale. OSError where one cannot be written."""
    os.makedirs(directory(home), exist_ok=True)
    for path in stale(home, data):
        hook_dir.put(path, data)


def is_there(home: str) -> bool:
    """Whether any of the commands exists."""
    return any(os.path.lexists(os.path.join(directory(home), name)) for name in NAMES)


def remove(home: str) -> None:
    """Remove the commands and the directories that become empty. OSError where one cannot be removed."""
    for name in NAMES:
        try:
            os.unlink(os.path.join(directory(home), name))
        except FileNotFoundError:
            continue
    for place in (directory(home), os.path.dirname(directory(home))):
        if not files.remove_directory(place):
            return
