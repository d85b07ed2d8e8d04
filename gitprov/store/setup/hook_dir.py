"""A directory of git hooks with ours among others': look, put in, take out, without losing a byte of anybody's."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from gitprov.store.setup import shims

CHAINED = ".gitprov-chained"
LEGACY = ".legacy"
"""What pre-commit appends to the name of a hook that it found in its place, and still runs."""

ABSENT, OURS, CHANGED, FRAMEWORK, FOREIGN = "absent", "ours", "changed", "framework", "foreign"


class Slot(NamedTuple):
    """One hook's place in a directory. `top` is what git runs, `legacy` what a framework runs before its own work,
    `chained` what we run before ours: each one of `absent`, `ours`, `changed` (ours, edited since), `framework`
    (written by pre-commit or prek) or `foreign`.
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
        """The file of ours that gets to run, edited or not; None if there is none."""
        if self.top in {OURS, CHANGED}:
            return self.path
        if self.top == FRAMEWORK and self.legacy in {OURS, CHANGED}:
            return self.path + LEGACY
        return None

    @property
    def edited(self) -> str | None:
        """A file of ours that somebody changed, if there is one."""
        for kind, suffix in ((self.top, ""), (self.legacy, LEGACY)):
            if kind == CHANGED:
                return self.path + suffix
        return None


def look(directory: str, hook: str) -> Slot:
    """What is in one hook's place."""
    path = os.path.join(directory, hook)
    return Slot(path, kind_of(path), kind_of(path + LEGACY), kind_of(path + CHAINED))


def kind_of(path: str) -> str:
    """Whose hook file this is."""
    if not os.path.lexists(path):
        return ABSENT
    if not os.path.isfile(path):
        return FOREIGN
    data = read(path)
    if shims.is_ours(data):
        return OURS if shims.is_unchanged(data) and not os.path.islink(path) else CHANGED
    return FRAMEWORK if shims.is_framework(data) else FOREIGN


def read(path: str) -> bytes:
    """A hook's bytes; a link is followed. Empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def is_current(path: str, data: bytes) -> bool:
    """Whether a file of ours is what would be written now, and executable."""
    return read(path) == data and os.access(path, os.X_OK)


def put(path: str, data: bytes) -> None:
    """Write an executable hook in one step: git sees the old one or the new one. OSError where it cannot be."""
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
    """Give a hook the name under which we run it, the same file with the same mode; a link stays a link.

    `path` keeps the file too, until `put` replaces it there: no commit meets a repository without its hook.
    """
    try:
        os.link(path, path + CHAINED, follow_symlinks=False)
    except OSError:  # a directory, or a file system without links
        os.rename(path, path + CHAINED)


def take_out(slot: Slot) -> None:
    """Remove our hook and put back what it had set aside."""
    ours = slot.path + LEGACY if slot.legacy == OURS else slot.path
    if slot.chained == ABSENT:
        if slot.ours or slot.legacy == OURS:
            os.unlink(ours)
    elif slot.chained == FRAMEWORK and slot.top == FRAMEWORK:
        # The framework was installed again over us; its first copy has no place to go back to.
        os.unlink(slot.path + CHAINED)
        if slot.legacy == OURS:
            os.unlink(ours)
    else:
        os.replace(slot.path + CHAINED, ours)


def same_file(a: str, b: str) -> bool:
    """Whether two hook files are equal in bytes, mode and kind."""
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
