"""What targets already have: one file for each target in the git directory, with digests of rows alone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitprov.model.canonical import sha256_hex
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Hex digits of a row's key.
_DIGITS = 16


def key_of(row: bytes) -> str:
    """The key of a row: a digest of its content, so that a changed row is sent again."""
    return sha256_hex(row)[:_DIGITS]


class PushCursor:
    """The keys of the rows that a target has. Losing the file only means that rows are sent again."""

    def __init__(self, repo: Repository, target: str, url: str) -> None:
        name = sha256_hex(f"{target}\n{url}".encode("utf-8", "surrogatepass"))[:_DIGITS]
        self.path = os.path.join(repo.home, "push", name)
        data = files.read(self.path) or b""
        self.keys = {line for line in data.decode("ascii", "replace").split("\n") if len(line) == _DIGITS}

    def add(self, keys: Iterable[str]) -> None:
        """Record rows that the target took. OSError where that is not possible."""
        new = [key for key in keys if key not in self.keys]
        if new:
            files.make_dir(os.path.dirname(self.path))
            files.append(self.path, "".join(f"{key}\n" for key in new).encode())
            self.keys.update(new)
