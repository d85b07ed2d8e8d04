"""Flags: empty files by which a hook written in sh knows, without starting anything, whether it is needed."""

from __future__ import annotations

import os

from gitprov.store import files

#: Notes came from another clone, and nobody has looked since what they tell of commits that were here before.
NOTES_CAME = "notes-came"


def raise_flag(home: str, name: str) -> None:
    """Let the flag `name` exist below gitprov's directory of this clone."""
    path = os.path.join(home, name)
    if not os.path.exists(path):
        files.make_dir(home)
        files.replace(home, path, b"", durable=False)


def lower_flag(home: str, name: str) -> None:
    """Let it not exist."""
    files.remove(os.path.join(home, name))
