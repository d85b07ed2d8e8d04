"""The directories of one run: its files, read-only, and a place for its temporary files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from gitprov.errors import UsageError
from gitprov.sandbox import person
from gitprov.sandbox.request import BoxFile, BoxRequest


class Room(NamedTuple):
    """`top` has all: `files`, the working directory; `scratch`, which is HOME and TMPDIR; `root`, an empty
    directory.
    """

    top: str

    @property
    def files(self) -> str:
        """The program's files and its working directory."""
        return os.path.join(self.top, "files")

    @property
    def scratch(self) -> str:
        """HOME, and the place for temporary files."""
        return os.path.join(self.top, "scratch")

    @property
    def root(self) -> str:
        """An empty directory, for backends that make a tree of their own."""
        return os.path.join(self.top, "root")

    def environment(self, request: BoxRequest) -> tuple[tuple[str, str], ...]:
        """All variables that the program gets."""
        path = ("PATH", "/usr/bin:/bin")
        return (path, ("HOME", self.scratch), ("TMPDIR", self.scratch), *request.environment)


@contextmanager
def made(request: BoxRequest) -> Iterator[Room]:
    """A room with the files of a run, removed at the end; root's writable directories become the run's.

    UsageError for a file whose name is no plain path below the working directory.
    """
    top = os.path.realpath(tempfile.mkdtemp(prefix="gitprov-box-"))
    room = Room(top)
    try:
        for path in (room.files, room.scratch, room.root):
            os.mkdir(path)
        for file in request.files:
            _write(room.files, file)
        for path in request.writable if person.is_root() else ():
            os.chown(path, person.number(), person.number())
        yield room
    finally:
        shutil.rmtree(top, ignore_errors=True)


def _write(top: str, file: BoxFile) -> None:
    parts = file.name.split("/")
    if not all(parts) or {".", ".."} & {*parts}:
        raise UsageError(f"a file in the sandbox cannot be named {file.name!r}")
    path = os.path.join(top, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as target:
        target.write(file.data)
