"""Files of rows in which `heal` stores results for its next run. Without them that run is only slower."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitprov.git.process import decode
from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def rows(repo: Repository, name: str) -> list[str]:
    """The rows of a file in gitprov's directory; none if it cannot be read."""
    try:
        return decode(files.read(os.path.join(repo.home, name)) or b"").splitlines()
    except OSError:
        return []


def keep(repo: Repository, name: str, kept: Iterable[str]) -> None:
    """Replace the rows of a file; does nothing if it cannot be written or a row is not ASCII."""
    with contextlib.suppress(OSError, UnicodeEncodeError):
        data = "".join(f"{row}\n" for row in kept).encode("ascii")
        files.replace(repo.home, os.path.join(repo.home, name), data, durable=False)


def forget(repo: Repository) -> None:
    """Remove all files of stored results."""
    with contextlib.suppress(OSError):
        for name in os.listdir(repo.home):
            if name.startswith("heal-") and os.path.isfile(os.path.join(repo.home, name)):
                files.remove(os.path.join(repo.home, name))
