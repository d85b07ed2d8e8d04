"""What `heal` remembers of its looks for the next run, a row each. Without it that run is slower, and
nothing else.
"""

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
    """The rows of a file in our directory; none where it cannot be read."""
    try:
        return decode(files.read(os.path.join(repo.home, name)) or b"").splitlines()
    except OSError:
        return []


def keep(repo: Repository, name: str, kept: Iterable[str]) -> None:
    """Put these rows in the place of those that are there, if that is possible."""
    with contextlib.suppress(OSError, UnicodeEncodeError):
        data = "".join(f"{row}\n" for row in kept).encode("ascii")
        files.replace(repo.home, os.path.join(repo.home, name), data, durable=False)


def forget(repo: Repository) -> None:
    """Take away all that is remembered."""
    with contextlib.suppress(OSError):
        for name in os.listdir(repo.home):
            if name.startswith("heal-") and os.path.isfile(os.path.join(repo.home, name)):
                files.remove(os.path.join(repo.home, name))
