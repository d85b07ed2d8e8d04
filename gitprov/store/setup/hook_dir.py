"""Inspects, adds and removes gitprov's hooks in a directory of git hooks; other hooks keep every byte."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from gitprov.store.setup import shims

CHAINED = ".gitprov-chained"
LEGACY = ".legacy"
"""The suffix that pre-commit appends to the name of an existing hook, which it still runs."""

ABSENT, OURS, CHANGED, FRAMEWORK, FOREIGN = "absent", "ours", "changed", "framework", "foreign"


class Slot(NamedTuple):
    """The files of one hook in a directory. `top` is the kind of the file that git runs, `legacy` of the one
    that a framework runs before its own hooks, `chained` of the one that gitprov's hook runs first: each is
    `absent`, `ours`, `changed` (ours, edited since), `framework` (by pre-commit or prek) or `foreign`.
    """

    path: str
    top: str
    legacy: str
    chained: str

    @property
    def hook(self) -> str:
        """The hook's name."""
        return os.path.basename(self.path)

    @property
    def ours(self) -> str | None:
        """The path of gitprov's hook that git or a framework runs, edited or not; None if there is none."""
        if self.top in {OURS, CHANGED}:
            return self.path
        if self.top == FRAMEWORK and self.legacy in {OURS, CHANGED}:
            return self.path + LEGACY
        return None

    @property
    def edited(self) -> str | None:
        """The path of a gitprov hook that was edited, None if there is none."""
        for kind, suffix in ((self.top, ""), (self.legacy, LEGACY)):
            if kind == CHANGED:
                return self.path + suffix
        return None


def look(directory: str, hook: str) -> Slot:
    """The slot of one hook in a directory."""
    path = os.path.join(directory, hook)
    return Slot(path, kind_of(path), kind_of(path + LEGACY), kind_of(path + CHAINED))


def kind_of(path: str) -> str:
    """The kind of a hook file, as in `Slot`."""
    if not os.path.lexists(path):
        return ABSENT
    if not os.path.isfile(path):
        return FOREIGN
    data = read(path)
    if shims.is_ours(data):
        return OURS if shims.is_unchanged(data) and not os.path.islink(path) else CHANGED
    return FRAMEWORK if shims.is_framework(data) else FOREIGN


def read(path: str) -> bytes:
    """A hook's bytes, through a link if it is one; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def is_current(path: str, data: bytes) -> bool:
    """Whether a file has exactly the bytes `data` and is executable."""
    return read(path) == data and os.access(path, os.X_OK)


def put(path: str, data: bytes) -> None:
    """Write an executable hook atomically: git runs the old or the new one. OSError where that fails."""
    tmp = f"{path}.gitprov-{os.getpid()}"
    try:
        with open(tmp, "wb") as file:
            file.write(data)
        os.chmod(tmp, 0o755)  # noqa: S103 - git runs what is executable, for whoever commits here
        os.replace(tmp, path)
    except OSError:
        if os.path.lexists(tmp):
            os.unlink(tmp)
        raise


def set_aside(path: str) -> None:
    """Give a hook the name under which gitprov's hook runs it; a link stays a link, and the mode is kept.

    The file also stays at `path` until `put` replaces it, so that no commit runs without the hook.
    """
    try:
        os.link(path, path + CHAINED, follow_symlinks=False)
    except OSError:  # a directory, or a file system without links
        os.rename(path, path + CHAINED)


def take_out(slot: Slot) -> None:
    """Remove gitprov's hook and restore the hook that was set aside for it."""
    ours = slot.path + LEGACY if slot.legacy == OURS else slot.path
    if slot.chained == ABSENT:
        if slot.ours or slot.legacy == OURS:
            os.unlink(ours)
    elif slot.chained == FRAMEWORK and slot.top == FRAMEWORK:
        # The framework was installed again over gitprov's hook, so its first copy is obsolete.
        os.unlink(slot.path + CHAINED)
        if slot.legacy == OURS:
            os.unlink(ours)
    else:
        os.replace(slot.path + CHAINED, ours)


def same_file(a: str, b: str) -> bool:
    """Whether two hook files are equal in bytes and mode, or are links with the same target."""
    first, second = os.lstat(a), os.lstat(b)
    if stat.S_ISLNK(first.st_mode) and stat.S_ISLNK(second.st_mode):
        return os.readlink(a) == os.readlink(b)
    return first.st_mode == second.st_mode and read(a) == read(b)


def runnable(directory: str) -> list[str]:
    """Names of the hooks in a directory that git would run, sorted."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []
    return [name for name in names if "." not in name and os.access(os.path.join(directory, name), os.X_OK)]
