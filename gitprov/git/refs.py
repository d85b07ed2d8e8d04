"""Lock files of refs left by a killed git process: nothing removes them, so waiting for them is useless."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitprov.errors import Contended
from gitprov.model.untrusted.printed import shell_quoted

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Age in seconds from which a lock is abandoned; git holds locks for milliseconds, and seconds to pack refs.
OLD = 10.0


def refuse_dead(repo: Repository, refs: Iterable[str]) -> None:
    """Raise Contended, with the command that removes the lock, where an old lock blocks updates of `refs`."""
    names = [f"{ref}.lock" for ref in refs] + ["packed-refs.lock", "reftable/tables.list.lock"]
    for name in names:
        path = os.path.join(repo.common_dir, name)
        age = _age(path)
        if age > OLD:
            raise Contended(
                f"{path} has been there for {int(age)} seconds: git leaves such a file when it is killed",
                f"where no git is at work here: rm {shell_quoted(path)}; the record is written then",
            )


def _age(path: str) -> float:
    try:
        return time.time() - os.stat(path).st_mtime
    except OSError:
        return 0.0
