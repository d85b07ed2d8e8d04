"""Flags: empty files by which a shell hook decides, without starting a process, whether it has work to do."""

from __future__ import annotations

import os

from gitprov.store import files

#: Notes were fetched from another clone and have not yet been checked for commits that existed here before.
NOTES_CAME = "notes-came"
#: The configuration has `sweep = false`.
NO_SWEEP = "no-sweep"


def raise_flag(home: str, name: str) -> None:
    """Create the flag `name` in gitprov's directory of this clone."""
    path = os.path.join(home, name)
    if not os.path.exists(path):
        files.make_dir(home)
        files.replace(home, path, b"", durable=False)


def lower_flag(home: str, name: str) -> None:
    """Remove the flag `name` if it exists."""
    files.remove(os.path.join(home, name))
