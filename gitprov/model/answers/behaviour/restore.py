"""The answer of `gitprov restore`."""

from __future__ import annotations

from typing import NamedTuple

WRITTEN, DELETED, EQUAL = "written", "deleted", "same"


class RestoredFile(NamedTuple):
    """One file: `path` in the generation, `target` in the work tree, and what was done (a word above).

    `added` and `removed` count lines against what was there.
    """

    path: str
    target: str
    action: str
    added: int
    removed: int


class Restored(NamedTuple):
    """What was brought back from a generation; with `dry_run` nothing was written."""

    trace: str
    dry_run: bool
    files: tuple[RestoredFile, ...]
